// What SDKs call themselves in X-Stream-Client: name and version, then details that few want.

/** The name and version alone. */
export const sdkName = (client) => client?.split("|")[0] || "unknown SDK";
