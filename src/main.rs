//! The command line of Chancery.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chancery::assemblies::minutes::verify;
use chancery::config::{Config, LogFormat};
use chancery::directory::organizations::import::{self, ImportMode, Outcome};
use chancery::event_requests::settings::Settings;
use chancery::identity::passwords::{self, Passwords};
use chancery::identity::{self, tokens::Tokens};
use chancery::kernel::access::Role;
use chancery::kernel::clock::Clock;
use chancery::kernel::db::{WriteContext, migrate};
use chancery::kernel::http::Faults;
use chancery::kernel::journal::chain::{self, Verdict};
use chancery::kernel::secrets::random_token;
use chancery::server::{self, Application};
use chancery::{demo, lifecycles, openapi, telemetry};
use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

/// What goes wrong on the command line is told to a person and ends the program.
type Done<T> = Result<T, Box<dyn std::error::Error>>;

/// The back office of a national subnational-diplomacy office.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file (TOML). The environment is stronger.
    #[arg(long, global = true, env = "CHANCERY_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API.
    Serve,
    /// Serve a working office with real jurisdictions, made at the first start.
    Demo,
    /// Look at or change the version of the database's schema.
    Migrate {
        #[command(subcommand)]
        command: MigrateCommand,
    },
    /// Import organizations from CSV files.
    Import {
        /// The files, states before the counties and cities that lie in them. The data that ships
        /// with the program when none is named.
        files: Vec<PathBuf>,
        /// Say what would become of each row, and store nothing.
        #[arg(long)]
        preview: bool,
    },
    /// Manage accounts and keys.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Check what is stored.
    Verify {
        #[command(subcommand)]
        command: VerifyCommand,
    },
    /// Print the OpenAPI document.
    Openapi,
    /// Print the life cycles, as docs/lifecycles.md holds them.
    Lifecycles,
    /// Print a new secret for `CHANCERY_AUTH__SECRET`.
    Secret,
    /// Ask the running service whether it is alive; for container health checks.
    Healthcheck,
}

#[derive(Subcommand)]
enum MigrateCommand {
    /// List the migrations and whether they are applied.
    Status,
    /// Bring the schema to this program's version.
    Up,
    /// Take the last migration back. Its data is lost.
    Down,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Create an account of the office that can sign in at once.
    Create {
        /// What the person signs in with.
        #[arg(long)]
        email: String,
        /// The person's name.
        #[arg(long)]
        name: String,
        /// What the person does; a federal role.
        #[arg(long, default_value = "administrator")]
        role: Role,
        /// The name of the office, when it is not in the directory yet.
        #[arg(long, default_value = "Office of Subnational Diplomacy")]
        office: String,
        /// Read the password from this file descriptor in place of a prompt.
        #[arg(long)]
        password_fd: Option<u32>,
    },
    /// Make a new signing key now. Tokens signed with the old one stay good until they expire.
    RotateKeys,
}

#[derive(Subcommand)]
enum VerifyCommand {
    /// Recompute the journal's chain of hashes.
    Journal,
    /// Recompute the hashes of all approved minutes, over their texts and records.
    Minutes,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "chancery: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Done<()> {
    let config = |file: Option<&Path>| Config::load(file);
    let file = arguments.config.as_deref();
    match arguments.command {
        Command::Serve => serve(config(file)?),
        Command::Demo => serve_demo(config(file)?),
        Command::Migrate { command } => migrate_schema(&config(file)?, &command),
        Command::Import { files, preview } => import_files(&config(file)?, &files, preview),
        Command::Admin { command } => administer(&config(file)?, command),
        Command::Verify { command } => {
            let config = config(file)?;
            match command {
                VerifyCommand::Journal => verify_journal(&config),
                VerifyCommand::Minutes => verify_minutes(&config),
            }
        }
        Command::Openapi => {
            let mut text = serde_json::to_string_pretty(&openapi::document())?;
            text.push('\n');
            print(&text)
        }
        Command::Lifecycles => print(&lifecycles::page()),
        Command::Secret => print(&format!("{}\n", random_token("")?)),
        Command::Healthcheck => check_health(&config(file)?),
    }
}

fn print(text: &str) -> Done<()> {
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn serve(config: Config) -> Done<()> {
    telemetry::start_log(&config.log)?;
    let hint = !has_administrator(&config)?;
    actix_web::rt::System::new().block_on(async move {
        let application = build(config)?;
        if hint {
            tracing::warn!(
                "there is no account yet: make the first with \
                 `chancery admin create --email you@office.example --name \"Your Name\"`"
            );
        }
        run_until_stopped(application).await
    })
}

/// Builds the service and, where they are wanted, the metrics beside it.
fn build(config: Config) -> Done<Application> {
    if let Some(address) = config.server.metrics_bind {
        let metrics = telemetry::serve_metrics(telemetry::start_metrics()?, address)?;
        actix_web::rt::spawn(metrics);
    }
    let application = Application::build(config, Clock::system())?;
    tracing::info!(address = %application.address(), "serving");
    Ok(application)
}

async fn run_until_stopped(application: Application) -> Done<()> {
    let handle = application.handle();
    actix_web::rt::spawn(async move {
        stop_signal().await;
        tracing::info!("stopping: requests in flight finish");
        handle.stop(true).await;
    });
    application.run().await?;
    tracing::info!("stopped");
    Ok(())
}

async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn has_administrator(config: &Config) -> Done<bool> {
    let kernel = server::kernel(config, Clock::system())?;
    migrate::up(&kernel.db.settings().location)?;
    Ok(kernel
        .db
        .read_blocking(|conn| identity::queries::has_administrator(conn, None))?)
}

fn serve_demo(mut config: Config) -> Done<()> {
    if config.auth.secret.is_none() {
        config.auth.secret = Some(demo::secret(&config.data_dir)?.into());
    }
    if config.log.format == LogFormat::Json && std::io::stderr().is_terminal() {
        config.log.format = LogFormat::Text;
    }
    telemetry::start_log(&config.log)?;
    let kernel = server::kernel(&config, Clock::system())?;
    migrate::up(&kernel.db.settings().location)?;
    let hasher = Passwords::new(config.auth.hash_memory_kib)?;
    let bar = progress_bar(37_292);
    let mut done = 0;
    let mut last = (String::new(), 0);
    let settings = Settings::read(&config)?;
    let of_briefings = chancery::briefings::settings::Settings::read(&config)?;
    let all = (&settings, &of_briefings);
    let made = demo::make(&kernel, &hasher, all, &mut |file, rows| {
        if last.0 != file {
            done += last.1;
        }
        last = (file.to_owned(), rows);
        bar.set_position(done + rows);
    })?;
    bar.finish_and_clear();
    drop(kernel);
    let folder = config.data_dir.clone();
    let mails = config.mail.folder.clone();
    let mails = mails.unwrap_or_else(|| folder.join("mail"));
    actix_web::rt::System::new().block_on(async move {
        let application = build(config)?;
        let url = format!("http://{}", application.address());
        let mut text = String::new();
        if let Some(made) = made {
            demo::write_private(
                &demo::accounts_file(&folder),
                &serde_json::to_string_pretty(&made.accounts)?,
            )?;
            demo::write_private(
                &demo::keys_file(&folder),
                &serde_json::to_string_pretty(&made.keys)?,
            )?;
            let tour = demo::tour(&url, &made, application.kernel().clock.now());
            demo::write_private(&folder.join("tour.sh"), &tour)?;
            text.push_str("\nOne account for each role; the passwords are made for this demo:\n\n");
            for account in &made.accounts {
                text.push_str(&format!(
                    "  {:<18} {:<36} {}\n",
                    account.role.as_str(),
                    account.email,
                    account.password
                ));
            }
            text.push_str("\nAPI keys for a system of Phoenix:\n\n");
            for key in &made.keys {
                text.push_str(&format!("  {:<18} {}\n", key.mode.as_str(), key.secret));
            }
            text.push_str(&format!(
                "\nThe calendar of Phoenix' staff member, for a calendar program:\n\n  \
                 {url}/calendars/{}.ics\n",
                made.calendar
            ));
            text.push_str(&format!(
                "\nA tour to copy and paste, or `bash {}`:\n\n{tour}",
                folder.join("tour.sh").display()
            ));
        } else {
            text.push_str(&format!(
                "\nThe demo's data is here already. Its accounts are in {}, its API keys in {}, the \
                 tour in {}.\n",
                demo::accounts_file(&folder).display(),
                demo::keys_file(&folder).display(),
                folder.join("tour.sh").display()
            ));
        }
        text.push_str(&format!(
            "\nMail is written to files: {}\n\nDocumentation to try things in: {url}/docs/\n\n",
            mails.display()
        ));
        print(&text)?;
        run_until_stopped(application).await
    })
}

fn progress_bar(rows: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(rows);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows {msg}")
    {
        bar.set_style(style);
    }
    bar
}

fn migrate_schema(config: &Config, command: &MigrateCommand) -> Done<()> {
    let location = config.location()?;
    match command {
        MigrateCommand::Status => {
            for step in migrate::status(&location)? {
                let mark = if step.is_applied {
                    "applied"
                } else {
                    "pending"
                };
                print(&format!("{mark}  {}\n", step.name))?;
            }
        }
        MigrateCommand::Up => {
            let run = migrate::up(&location)?;
            for name in &run {
                print(&format!("applied  {name}\n"))?;
            }
            if run.is_empty() {
                print("nothing to do\n")?;
            }
        }
        MigrateCommand::Down => match migrate::down(&location)? {
            Some(version) => print(&format!("taken back  {version}\n"))?,
            None => print("nothing to take back\n")?,
        },
    }
    Ok(())
}

fn import_files(config: &Config, files: &[PathBuf], preview: bool) -> Done<()> {
    let kernel = server::kernel(config, Clock::system())?;
    migrate::up(&kernel.db.settings().location)?;
    let mode = if preview {
        ImportMode::Preview
    } else {
        ImportMode::Commit
    };
    let mut sources: Vec<(String, Vec<u8>)> = Vec::new();
    for file in files {
        let csv = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        sources.push((file.display().to_string(), csv));
    }
    if files.is_empty() {
        for (name, csv) in demo::JURISDICTIONS {
            sources.push((name.to_owned(), csv.as_bytes().to_vec()));
        }
    }
    for (name, csv) in sources {
        let rows = csv.iter().filter(|byte| **byte == b'\n').count();
        let bar = progress_bar(u64::try_from(rows.saturating_sub(1))?).with_message(name.clone());
        let context = WriteContext::system(kernel.clock.now());
        let report = kernel.db.write_blocking(&context, |tx| {
            import::run(tx, &csv, mode, &mut |done| bar.set_position(done))
        });
        bar.finish_and_clear();
        let report = report.map_err(|problem| format!("{name}: {problem}"))?;
        let counts: Vec<String> = Outcome::ALL
            .iter()
            .map(|outcome| {
                let count = report.counts.get(outcome.as_str()).copied().unwrap_or(0);
                format!("{count} {outcome}")
            })
            .collect();
        print(&format!("{name}: {}\n", counts.join(", ")))?;
        if preview {
            for row in report
                .rows
                .iter()
                .filter(|row| matches!(row.outcome, Outcome::Changed | Outcome::Wrong))
            {
                print(&format!(
                    "  line {}: {} ({}): {}\n",
                    row.line,
                    row.outcome,
                    row.name,
                    row.reasons.join("; ")
                ))?;
            }
        }
    }
    Ok(())
}

fn administer(config: &Config, command: AdminCommand) -> Done<()> {
    let kernel = server::kernel(config, Clock::system())?;
    migrate::up(&kernel.db.settings().location)?;
    match command {
        AdminCommand::RotateKeys => {
            let tokens = Tokens::new(kernel, config);
            actix_web::rt::System::new().block_on(tokens.rotate(true))?;
            print("a new key signs from now on\n")
        }
        AdminCommand::Create {
            email,
            name,
            role,
            office,
            password_fd,
        } => {
            let password = read_password(password_fd)?;
            let mut faults = Faults::default();
            passwords::check(
                &password,
                &[&email, &name, &office],
                "password",
                &mut faults,
            );
            faults.finish()?;
            let hash = Passwords::new(config.auth.hash_memory_kib)?.hash_blocking(&password)?;
            let context = WriteContext::system(kernel.clock.now());
            let user = kernel.db.write_blocking(&context, |tx| {
                let organization = demo::office(tx, &office)?;
                identity::commands::create_active_user(
                    tx,
                    &email,
                    &name,
                    hash.clone(),
                    &organization,
                    role,
                )
            })?;
            print(&format!("created {} ({role})\n", user.id))
        }
    }
}

/// A password is never an argument: arguments are seen by every user of the machine.
fn read_password(descriptor: Option<u32>) -> Done<String> {
    if let Some(descriptor) = descriptor {
        let mut text = String::new();
        std::fs::File::open(format!("/dev/fd/{descriptor}"))?.read_to_string(&mut text)?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        return Err("give the password at a terminal, or with --password-fd".into());
    }
    let password = rpassword::prompt_password("Password (15 characters or more): ")?;
    if rpassword::prompt_password("Once more: ")? != password {
        return Err("the two passwords differ".into());
    }
    Ok(password)
}

fn verify_journal(config: &Config) -> Done<()> {
    let kernel = server::kernel(config, Clock::system())?;
    match kernel.db.read_blocking(chain::verify)? {
        Verdict::Intact(events) => print(&format!("the journal holds: {events} events\n")),
        Verdict::BrokenAt(position) => {
            Err(format!("the journal was changed: the chain breaks at position {position}").into())
        }
    }
}

fn verify_minutes(config: &Config) -> Done<()> {
    let kernel = server::kernel(config, Clock::system())?;
    let sessions = kernel.db.read_blocking(verify::sessions)?;
    let (all, mut wrong) = (sessions.len(), 0);
    for (id, told) in &sessions {
        let found = kernel
            .db
            .read_blocking(|conn| verify::check(conn, id, told))?;
        if found.differences.is_empty() {
            print(&format!("{id}: ok, {} records\n", found.records))?;
            continue;
        }
        wrong += 1;
        for difference in &found.differences {
            print(&format!("{id}: {difference}\n"))?;
        }
    }
    if wrong > 0 {
        return Err(format!("{wrong} of {all} minutes are not what was approved").into());
    }
    print(&format!("the minutes hold: {all} sessions\n"))
}

fn check_health(config: &Config) -> Done<()> {
    let mut address = config.server.bind;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::IpAddr::from([127, 0, 0, 1]));
    }
    let wait = std::time::Duration::from_secs(3);
    let mut stream = std::net::TcpStream::connect_timeout(&address, wait)?;
    stream.set_read_timeout(Some(wait))?;
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err("the service does not answer as it should".into())
    }
}
