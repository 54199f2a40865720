export default {
  testMatch: '*.spec.mjs',
  workers: 1,
  respectGitIgnore: false, // the examples of the docs are written where git does not look
  outputDir: process.env.PLAYWRIGHT_OUTPUT,
  use: {
    baseURL: process.env.SITE,
    launchOptions: { executablePath: process.env.MILLPOND_CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] },
  },
};
