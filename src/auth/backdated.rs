//! SDKs set `iat` back: what a revocation by time of issue means for tokens that are minted after it.

use super::times::BACKDATED_NS;
use crate::clock::Time;

/// Says so where a token that is minted now may be refused as well: when the revocation's time lies after the `iat` that
/// an SDK may give it.
pub fn still_refused(before: Time, now: Time) -> Option<String> {
    let before = Time::from_seconds(before.seconds());
    let until = before.plus(BACKDATED_NS);
    (now < until).then(|| {
        format!(
            "what was issued before {} is revoked, and SDKs set `iat` up to 6 s back: a token that is minted before {} may \
             still be refused",
            before.rfc3339(),
            until.rfc3339()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND_NS;

    #[test]
    fn a_fresh_token_is_safe_once_the_most_backdated_one_is() {
        let now = Time::from_seconds(1_000);
        for (before, is_told) in [(993, false), (994, false), (995, true), (1_000, true), (2_000, true)] {
            assert_eq!(still_refused(Time::from_seconds(before), now).is_some(), is_told, "{before}");
        }
        // Whole seconds count on either side.
        assert_eq!(still_refused(Time::from_seconds(994).plus(SECOND_NS - 1), now), None);
        assert_eq!(still_refused(Time::from_seconds(995), Time::from_seconds(1_001)), None);
        let told = still_refused(now, now).unwrap_or_default();
        assert!(told.contains("1970-01-01T00:16:40Z") && told.contains("1970-01-01T00:16:46Z"), "{told}");
    }
}
