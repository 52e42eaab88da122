//! The program as an operator runs it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use diesel::connection::SimpleConnection;

use crate::support::{Backend, TestDatabase};

const SECRET: &str = "only for tests: 0123456789abcdef0123456789";

pub fn chancery(database: &TestDatabase, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chancery"));
    command
        .args(arguments)
        .env("CHANCERY_DATABASE__URL", database.url())
        .env("CHANCERY_DATA_DIR", &database.folder)
        .env("CHANCERY_AUTH__SECRET", SECRET);
    command
}

pub fn run(command: &mut Command) -> (bool, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr)
    );
    (status.success(), text)
}

#[test]
fn a_missing_or_short_secret_is_refused_with_the_command_that_makes_one() {
    let database = TestDatabase::empty(Backend::Sqlite);
    for secret in ["", "too short"] {
        let (good, text) =
            run(chancery(&database, &["serve"]).env("CHANCERY_AUTH__SECRET", secret));
        assert!(!good && text.contains("chancery secret"), "{text}");
    }
    let (good, secret) = run(&mut chancery(&database, &["secret"]));
    assert!(good && secret.trim().len() >= 32);
}

#[test]
fn an_unknown_key_is_refused_and_the_example_names_every_key() {
    let database = TestDatabase::empty(Backend::Sqlite);
    let (good, text) =
        run(chancery(&database, &["serve"]).env("CHANCERY_SERVER__BINDD", "127.0.0.1:1"));
    assert!(!good && text.contains("bindd"), "{text}");
    let (good, text) = run(&mut chancery(
        &database,
        &["migrate", "up", "--config", "chancery.example.toml"],
    ));
    assert!(good, "{text}");
    let example = std::fs::read_to_string("chancery.example.toml").unwrap();
    let source = ["src/config.rs", "src/config/services.rs"]
        .map(|file| std::fs::read_to_string(file).unwrap())
        .concat();
    let keys = source
        .lines()
        .filter_map(|line| line.strip_prefix("    pub ")?.split_once(": "))
        .filter(|(name, kind)| {
            !kind.ends_with("Config,") && !["hash_memory_kib", "answer_seconds"].contains(name)
        });
    let mut count = 0;
    for (key, _) in keys.filter(|(key, _)| !key.contains("fn ")) {
        count += 1;
        let is_named = example.lines().any(|line| {
            line.trim_start_matches("# ")
                .starts_with(&format!("{key} ="))
        });
        assert!(is_named, "chancery.example.toml lacks {key}");
    }
    assert!(count > 15, "{count}");
}

#[test]
fn the_example_with_every_key_uncommented_is_accepted() {
    let database = TestDatabase::empty(Backend::Sqlite);
    let mut is_within = false;
    let uncommented: Vec<String> = std::fs::read_to_string("chancery.example.toml")
        .unwrap()
        .lines()
        .map(|line| {
            let Some(text) = line.strip_prefix("# ") else {
                return line.to_owned();
            };
            let key = text.split_once(" = ").map_or("", |(key, _)| key);
            let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if is_key || is_within {
                is_within = (is_within || text.ends_with('[')) && text != "]";
                text.to_owned()
            } else {
                line.to_owned()
            }
        })
        .collect();
    let uncommented = uncommented.join("\n");
    assert!(uncommented.contains("\nholidays = ["), "{uncommented}");
    let with = |text: &str| {
        let file = database.folder.join("uncommented.toml");
        std::fs::write(&file, text).unwrap();
        run(chancery(&database, &["migrate", "up", "--config"]).arg(&file))
    };
    let (good, text) = with(&uncommented);
    assert!(good, "{text}");
    for (instead_of, broken, says) in [
        (
            r#"opens = "08:00:00""#,
            r#"opens = "16:00:00""#,
            "office.hours",
        ),
        (r#"from = "2027-07-01""#, r#"from = "2027-02-30""#, "hours"),
        (r#""2027-07-05""#, r#""2027-02-30""#, "holidays"),
        (r#""Wed""#, r#""Mittwoch""#, "hours"),
        (
            "America/New_York",
            "America/New_Amsterdam",
            "office.time_zone",
        ),
    ] {
        assert!(uncommented.contains(instead_of), "{instead_of}");
        let (good, text) = with(&uncommented.replace(instead_of, broken));
        assert!(!good && text.contains(says), "{broken}: {text}");
    }
}

#[test]
fn the_first_account_is_made_with_a_password_from_a_descriptor() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        let create = |password: &str| {
            let mut child = chancery(
                &database,
                &[
                    "admin",
                    "create",
                    "--email",
                    "first@office.example.gov",
                    "--name",
                    "First",
                    "--password-fd",
                    "0",
                ],
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
            child
                .stdin
                .take()
                .unwrap()
                .write_all(password.as_bytes())
                .unwrap();
            child.wait_with_output().unwrap()
        };
        assert!(!create("short\n").status.success());
        let made = create("a quiet harbor town\n");
        assert!(made.status.success(), "{made:?}");
        let (good, text) = run(&mut chancery(
            &database,
            &[
                "admin",
                "create",
                "--email",
                "x@y.z",
                "--name",
                "X",
                "--password",
                "visible to everyone",
            ],
        ));
        assert!(!good && text.contains("unexpected argument"), "{text}");
    }
}

#[test]
fn the_schema_is_looked_at_taken_back_and_brought_up() {
    let database = TestDatabase::empty(Backend::Sqlite);
    assert!(
        run(&mut chancery(&database, &["migrate", "up"]))
            .1
            .contains("applied")
    );
    assert!(
        run(&mut chancery(&database, &["migrate", "down"]))
            .1
            .contains("taken back")
    );
    assert!(
        run(&mut chancery(&database, &["migrate", "status"]))
            .1
            .contains("pending")
    );
    assert!(
        run(&mut chancery(&database, &["migrate", "up"]))
            .1
            .contains("applied")
    );
    assert_eq!(
        run(&mut chancery(&database, &["migrate", "up"])).1,
        "nothing to do\n"
    );
}

#[test]
fn an_import_speaks_in_plain_lines_and_may_be_repeated() {
    let database = TestDatabase::empty(Backend::Sqlite);
    let file = "data/jurisdictions/us-states.csv";
    let (good, text) = run(&mut chancery(&database, &["import", "--preview", file]));
    assert!(good, "{text}");
    assert_eq!(
        text,
        format!("{file}: 51 new, 0 changed, 0 unchanged, 0 wrong\n")
    );
    assert!(
        run(&mut chancery(&database, &["import", file]))
            .1
            .contains("51 new")
    );
    assert!(
        run(&mut chancery(&database, &["import", file]))
            .1
            .contains("51 unchanged")
    );
    let (good, text) = run(&mut chancery(&database, &["import", "nowhere.csv"]));
    assert!(!good && text.contains("nowhere.csv"), "{text}");
}

/// The locks that this process holds on the file itself tell other processes that the log beside it
/// is in use. Without them a process that ends takes itself for the last and removes the log, and
/// what is written here afterwards is lost: some builds of SQLite do.
#[cfg(target_os = "linux")]
#[test]
fn further_connections_leave_the_locks_of_the_first_alone() {
    use std::os::unix::fs::MetadataExt;
    let database = TestDatabase::migrated(Backend::Sqlite);
    let mut first = database.connect();
    first
        .batch_execute("CREATE TABLE first (n INTEGER)")
        .unwrap();
    let file = std::fs::metadata(database.folder.join("chancery.db"))
        .unwrap()
        .ino();
    let is_locked = || {
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        locks
            .lines()
            .any(|line| line.contains(&format!(":{file} ")))
    };
    assert!(is_locked());
    let second = database.connect();
    assert!(is_locked());
    drop((first, second));
    assert!(!is_locked());
}

#[test]
fn a_tampered_journal_is_found_from_the_command_line() {
    let database = TestDatabase::empty(Backend::Sqlite);
    run(&mut chancery(
        &database,
        &["import", "data/jurisdictions/us-states.csv"],
    ));
    let mut conn = database.connect();
    conn.batch_execute("UPDATE events SET position = 1, hash = 'made up'")
        .unwrap();
    let (good, text) = run(&mut chancery(&database, &["verify", "journal"]));
    assert!(!good && text.contains("position 1"), "{text}");
}

#[test]
fn the_life_cycles_are_drawn_as_the_table_has_them() {
    let committed = std::fs::read_to_string("docs/lifecycles.md").unwrap();
    assert_eq!(
        committed,
        chancery::lifecycles::page(),
        "run `cargo run -- lifecycles > docs/lifecycles.md`"
    );
}
