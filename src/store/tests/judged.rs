//! A token's judged expiry, over everything that can happen to an app's clock and to its state.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::app::token_times::Showing;
use crate::auth::credentials::{Credentials, Examined};
use crate::auth::secret::Secret;
use crate::auth::token;
use crate::clock::{SECOND_NS, system_now};
use crate::store::states::CLOSE_CODE_DEFAULT;

/// (`iat` and `exp` in seconds from the wall's now, each as a backend may say it.)
const TOKENS: [(Option<i64>, i64); 7] = [
    (Some(0), 3_600),
    (Some(-5), 3_595),
    (None, 3_600),
    (Some(-900), 900),
    (Some(-7_200), 10),
    (Some(30), 90),
    (None, -60),
];

/// What happens to the app `a`. `clone`, `import` and `reset` of something else are part of it: they may not matter.
#[derive(Clone, Debug)]
enum Step {
    Show(usize),
    Look(usize),
    Move(ClockMode),
    /// So many moves, there and back: more than are remembered.
    MoveOften,
    Restart,
    Reset,
    Snapshot,
    Restore,
    Clone,
    ImportMerge,
    ImportReplace,
}

fn step() -> impl Strategy<Value = Step> {
    let token = 0..TOKENS.len();
    let mode = prop_oneof![
        Just(ClockMode::System),
        (-200_000..200_000_i64).prop_map(|seconds| ClockMode::Offset(seconds * SECOND_NS)),
        (-200_000..200_000_i64).prop_map(|seconds| ClockMode::Frozen(system_now().plus(seconds * SECOND_NS))),
    ];
    prop_oneof![
        6 => token.clone().prop_map(Step::Show),
        2 => token.prop_map(Step::Look),
        5 => mode.prop_map(Step::Move),
        2 => Just(Step::Restart),
        1 => Just(Step::Reset),
        1 => Just(Step::Snapshot),
        1 => Just(Step::Restore),
        1 => Just(Step::Clone),
        1 => Just(Step::ImportMerge),
        1 => Just(Step::ImportReplace),
    ]
}

fn signed((iat, exp): (Option<i64>, i64)) -> Credentials {
    let now = system_now().seconds();
    let mut claims = json!({"user_id": "john", "exp": now + exp});
    if let (Some(iat), Value::Object(claims)) = (iat, &mut claims) {
        claims.insert("iat".to_owned(), json!(now + iat));
    }
    let raw = token::sign(&token::header(), &claims, &Secret::new("s"));
    let token = Some(Arc::new(Examined::new(&raw, &Secret::new("s"))));
    Credentials { token, ..Credentials::default() }
}

/// The judged expiries that may not change any more, by token.
type Shown = [Option<Time>; TOKENS.len()];

struct World {
    directory: tempfile::TempDir,
    store: Store,
    tokens: Vec<Credentials>,
    shown: Shown,
    baseline: Shown,
    snapshot: Option<Shown>,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let store = reopened(&directory);
        run(store.create_app(apps::NewApp { clock: ClockMode::System, ..new_app("a") })).expect("an app");
        let tokens = TOKENS.map(signed).into_iter().collect();
        Self { directory, store, tokens, shown: Shown::default(), baseline: Shown::default(), snapshot: None }
    }

    fn app(&self) -> Arc<App> {
        self.store.apps().get("a").expect("known")
    }

    fn expiry(&self, token: usize, showing: Showing) -> Time {
        let app = self.app();
        app.times(&app.state(), &self.tokens[token], showing).expiry.expect("an end")
    }

    fn move_to(&self, mode: ClockMode) {
        run(self.store.write(&Scope::own(&self.app()), move |tx| apps::save_clock(tx, mode))).expect("moved");
    }

    fn import(&self, replace: bool) {
        let new = apps::NewApp { clock: ClockMode::System, ..new_app("a") };
        let fill = Box::new(|tx: &WriteTx<'_>| users::save(tx, &user("jane")));
        run(self.store.import(vec![Import { new, replace, clock: None, fill }], false)).expect("imported");
    }

    fn take(&mut self, step: &Step) -> std::result::Result<(), TestCaseError> {
        match step {
            Step::Show(token) => {
                let (now, expiry) = (self.app().clock.now(), self.expiry(*token, Showing::Real));
                if self.shown[*token].is_none() {
                    let (iat, exp) = TOKENS[*token];
                    // Without `iat` a token's life begins when it is shown. A second for the way.
                    let life = (exp - iat.unwrap_or(0).min(0) + 1) * SECOND_NS;
                    prop_assert!(expiry.0 - now.0 <= life, "token {token} outlives what was minted");
                    self.shown[*token] = Some(expiry);
                }
            }
            Step::Look(token) => drop(self.expiry(*token, Showing::Look)),
            Step::Move(mode) => self.move_to(*mode),
            Step::MoveOften => (0..1_001).for_each(|second| self.move_to(ClockMode::Offset(second * SECOND_NS))),
            Step::Restart => {
                run(self.store.write_all_down()).expect("written");
                self.store.close();
                self.store = reopened(&self.directory);
            }
            Step::Reset => {
                run(self.store.reset("a", CLOSE_CODE_DEFAULT)).expect("reset");
                self.shown = self.baseline;
            }
            Step::Snapshot => {
                run(self.store.take_snapshot("a", "s")).expect("a snapshot");
                self.snapshot = Some(self.shown);
            }
            Step::Restore => {
                let restored = run(self.store.restore("a", "s", CLOSE_CODE_DEFAULT)).expect("restored");
                prop_assert_eq!(restored.is_some(), self.snapshot.is_some());
                self.shown = self.snapshot.unwrap_or(self.shown);
            }
            Step::Clone => {
                let clone = run(self.store.clone_app("a", new_app("c"), None, |_| None)).expect("cloned");
                prop_assert_eq!(clone.clock.mode(), self.app().clock.mode());
                prop_assert_eq!(clone.clock.history().runs().count(), 1, "a clone's clock is born as it runs");
                run(self.store.delete_app(&clone)).expect("deleted");
            }
            Step::ImportMerge | Step::ImportReplace => {
                self.import(matches!(step, Step::ImportReplace));
                self.baseline = self.shown;
            }
        }
        for (token, expiry) in self.shown.iter().enumerate() {
            let Some(expiry) = expiry else { continue };
            prop_assert_eq!(self.expiry(token, Showing::Look), *expiry, "the expiry of token {} moved", token);
        }
        Ok(())
    }
}

fn reopened(directory: &tempfile::TempDir) -> Store {
    Store::open(Place::file(&directory.path().join("x.db")).expect("a place")).expect("a store")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_was_shown_keeps_its_expiry_whatever_happens_to_clock_and_state(
        steps in proptest::collection::vec(step(), 1..25),
    ) {
        let mut world = World::new();
        for step in &steps {
            world.take(step)?;
        }
    }
}

#[test]
fn what_was_shown_outlives_more_moves_than_are_remembered() {
    let mut world = World::new();
    let shows = (0..TOKENS.len()).map(Step::Show);
    let steps = shows.chain([Step::Snapshot, Step::MoveOften, Step::Restart, Step::Restore, Step::MoveOften]);
    for step in steps {
        world.take(&step).expect("kept");
    }
}
