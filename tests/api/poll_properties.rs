//! Random comings, goings and ballots: the quorum and the result are those of a reference that is
//! written apart, from the rules alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, Seat};

/// A generator that can be told to repeat itself.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }
}

/// Who may act for a seat: a person, and as what.
#[derive(Clone)]
struct Person {
    actor: Actor,
    /// Their number among all people.
    number: usize,
    capacity: &'static str,
}

/// The reference: who is there, by seat and person.
#[derive(Default)]
struct Room {
    there: BTreeSet<(usize, usize)>,
}

impl Room {
    fn comes(&mut self, seat: usize, person: &Person) {
        self.there.insert((seat, person.number));
    }

    /// Whoever leaves their own seat takes their proxies with them.
    fn goes(&mut self, seat: usize, person: &Person, people: &[Vec<Person>]) {
        let was_there = self.there.remove(&(seat, person.number));
        if was_there && person.capacity != "proxy" {
            self.there.retain(|(other, number)| {
                *number != person.number
                    || people[*other]
                        .iter()
                        .any(|one| one.number == *number && one.capacity != "proxy")
            });
        }
    }

    fn seats(&self) -> BTreeSet<usize> {
        self.there.iter().map(|(seat, _)| *seat).collect()
    }

    fn is_proxy_free(&self, seat: usize, people: &[Vec<Person>]) -> bool {
        people[seat]
            .iter()
            .all(|one| one.capacity == "proxy" || !self.there.contains(&(seat, one.number)))
    }
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    Majority,
    TwoThirds,
    Three,
}

impl Rule {
    fn json(self) -> Value {
        match self {
            Self::Majority => json!({"kind": "majority"}),
            Self::TwoThirds => json!({"kind": "fraction", "numerator": 2, "denominator": 3}),
            Self::Three => json!({"kind": "number", "number": 3}),
        }
    }

    /// By counting on fingers: from none to all, the first that is enough.
    fn required(self, seated: usize) -> usize {
        (1..)
            .find(|present| match self {
                Self::Majority => present > &(seated - present.min(&seated)),
                Self::TwoThirds => present + present + present >= seated + seated,
                Self::Three => *present == 3,
            })
            .unwrap()
    }
}

/// The outcome of yes and no, by counting parts: `whole` is cut into equal parts, and so many of them
/// have to be reached.
fn reference_outcome(majority: &str, base: usize, yes: usize, no: usize) -> &'static str {
    if yes == no {
        return if yes == 0 { "failed" } else { "tied" };
    }
    let reaches = |share: f64| (yes as f64) / (base as f64) >= share - 1e-12;
    let carried = match majority {
        "simple" => yes > no,
        "absolute" => (yes as f64) / (base as f64) > 0.5 + 1e-12,
        "two_thirds" => reaches(2.0 / 3.0),
        _ => reaches(0.75),
    };
    if carried { "carried" } else { "failed" }
}

struct World {
    app: App,
    session: String,
    seats: Vec<Seat>,
    people: Vec<Vec<Person>>,
    room: Room,
    dice: Dice,
    rule: Rule,
}

impl World {
    async fn new(app: App, rule: Rule, cities: &[String], seed: u64) -> Self {
        let assembly = app
            .assembly(json!({"quorum": rule.json(), "max_proxies": 2}))
            .await;
        let (mut seats, mut people) = (Vec::new(), Vec::<Vec<Person>>::new());
        for city in cities {
            let seat = app.seat(&assembly, city).await;
            people.push(vec![Person {
                actor: seat.holder.clone(),
                number: seats.len(),
                capacity: "holder",
            }]);
            seats.push(seat);
        }
        for (place, seat) in seats.iter().enumerate().step_by(2) {
            let actor = app.alternate(seat).await;
            people[place].push(Person {
                actor,
                number: 100 + place,
                capacity: "alternate",
            });
        }
        let session = app.published_session(&assembly, json!({})).await;
        // The second gives its vote to the first, the sixth to the fourth.
        for (from, to) in [(1, 0), (5, 3)] {
            let body = json!({"session_id": session, "proxy_seat_id": seats[to].id});
            seats[from]
                .holder
                .post(&format!("/v1/seats/{}/proxies", seats[from].id), body)
                .await
                .expect(201);
            people[from].push(Person {
                actor: seats[to].holder.clone(),
                number: to,
                capacity: "proxy",
            });
        }
        app.act_on_session(&session, "open", Value::Null)
            .await
            .expect(200);
        Self {
            app,
            session,
            seats,
            people,
            room: Room::default(),
            dice: Dice(seed | 1),
            rule,
        }
    }

    /// Somebody comes or goes, by themselves or by the clerk.
    async fn step(&mut self) {
        let seat = self.dice.below(self.seats.len());
        let person = self.people[seat][self.dice.below(self.people[seat].len())].clone();
        let is_coming = !self.dice.one_in(3);
        let mut path = format!(
            "/v1/assembly-sessions/{}/presence/{}",
            self.session, self.seats[seat].id
        );
        let by_clerk = self.dice.one_in(4);
        let who = if by_clerk {
            self.app.admin().await
        } else {
            person.actor.clone()
        };
        let (method, mut body) = if is_coming {
            (reqwest::Method::PUT, None)
        } else {
            (reqwest::Method::DELETE, None)
        };
        if by_clerk && is_coming {
            body = Some(json!({"capacity": person.capacity}));
        } else if by_clerk {
            path = format!("{path}?capacity={}", person.capacity);
        }
        who.send(method, &path, &[], body).await.expect(200);
        if is_coming {
            self.room.comes(seat, &person);
        } else {
            self.room.goes(seat, &person, &self.people);
        }
    }

    fn has_quorum(&self) -> bool {
        self.room.seats().len() >= self.rule.required(self.seats.len())
    }

    async fn compare_quorum(&self) {
        let found = self.app.quorum(&self.session).await;
        let present = self.room.seats().len();
        let required = self.rule.required(self.seats.len());
        assert_eq!(
            (
                found["present"].as_u64().unwrap() as usize,
                found["required"].as_u64().unwrap() as usize,
                found["is_met"].as_bool().unwrap()
            ),
            (present, required, present >= required),
            "{:?}",
            self.rule
        );
        assert_eq!(
            found["missing"].as_u64().unwrap() as usize,
            required.saturating_sub(present)
        );
    }

    async fn round(&mut self) {
        for _ in 0..14 {
            self.step().await;
        }
        self.compare_quorum().await;
        while !self.has_quorum() {
            self.step().await;
        }
        let motion = self
            .app
            .put_before(&self.session, &self.seats[0], &self.seats[2])
            .await;
        let majority = ["simple", "absolute", "two_thirds", "three_fourths"][self.dice.below(4)];
        let of = ["cast", "present", "seated"][self.dice.below(3)];
        let kind = ["recorded", "secret"][self.dice.below(2)];
        let over = json!({"kind": kind, "majority": majority, "majority_of": of});
        let poll = self.app.open_poll(&motion, over).await;
        let could_vote = self.room.seats();
        let mut votes: BTreeMap<usize, &'static str> = BTreeMap::new();
        for _ in 0..16 {
            if self.dice.one_in(3) {
                self.step().await;
            }
            let seat = self.dice.below(self.seats.len());
            let person = self.people[seat][self.dice.below(self.people[seat].len())].clone();
            let choice = ["yes", "yes", "no", "abstain"][self.dice.below(4)];
            let answer = self
                .app
                .cast_for(&person.actor, &poll, &self.seats[seat].id, choice)
                .await;
            let may = could_vote.contains(&seat)
                && (person.capacity != "proxy" || self.room.is_proxy_free(seat, &self.people));
            let expected = if !may {
                &[403_u16][..]
            } else if votes.contains_key(&seat) {
                // Again by the same person: the same is no error, another is one too many.
                &[200, 409][..]
            } else if self.has_quorum() {
                &[201][..]
            } else {
                &[409][..]
            };
            assert!(
                expected.contains(&answer.status),
                "{} for {}: {}",
                person.capacity,
                seat,
                answer.text
            );
            if answer.status == 201 {
                votes.insert(seat, choice);
            }
        }
        let result = self.app.close_poll(&poll).await;
        let votes: Vec<&str> = votes.into_values().collect();
        let of_kind = |wanted: &str| votes.iter().filter(|vote| **vote == wanted).count();
        let (yes, no) = (of_kind("yes"), of_kind("no"));
        let base = match of {
            "cast" => yes + no,
            "present" => could_vote.len(),
            _ => self.seats.len(),
        };
        let outcome = if self.has_quorum() {
            reference_outcome(majority, base, yes, no)
        } else {
            "undecided"
        };
        let found: Vec<u64> = result["counts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|count| count["votes"].as_u64().unwrap())
            .collect();
        assert_eq!(
            found,
            [yes as u64, no as u64, of_kind("abstain") as u64],
            "{result}"
        );
        assert_eq!(result["outcome"], json!(outcome), "{result}");
        assert_eq!(result["base"], json!(base));
        assert_eq!(
            (&result["present"], &result["seated"]),
            (&json!(could_vote.len()), &json!(self.seats.len()))
        );
        assert_eq!(result["is_void"], json!(!self.has_quorum()));
        self.compare_quorum().await;
    }
}

both_backends! {
    async fn quorum_and_result_equal_an_independent_reference(app: App) {
        let cities = app.cities(7).await;
        let seed = u64::from_be_bytes(chancery::kernel::secrets::random_bytes::<8>().unwrap());
        println!("seed {seed}");
        let mut app = Some(app);
        for (place, rule) in [Rule::Majority, Rule::TwoThirds, Rule::Three].into_iter().enumerate() {
            let mut world = World::new(app.take().unwrap(), rule, &cities, seed.wrapping_add(place as u64)).await;
            for _ in 0..5 {
                world.round().await;
            }
            app = Some(world.app);
        }
    }
}
