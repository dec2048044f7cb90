//! Nothing is left behind, however a test binary ends.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use migsafe_testing::{PgBouncer, PoolMode, Postgres, PostgresOptions};

const LIMIT: Duration = Duration::from_secs(60);

/// Run in a process of its own by the tests below, which end it.
#[test]
#[ignore = "waits to be killed; the other tests here start it"]
fn hold_servers() {
    let shared = Postgres::shared();
    let own = Postgres::start(PostgresOptions::default());
    let pooler = PgBouncer::start(shared, PoolMode::Session, 1);
    let _database = own.create_database();
    println!("\nports {} {} {}", shared.port(), own.port(), pooler.port());
    std::thread::sleep(LIMIT);
}

fn holder(temp: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this is a program"))
        .args(["--exact", "hold_servers", "--ignored", "--nocapture"])
        .env("TMPDIR", temp)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program runs")
}

fn temp_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("migsafe-{name}-{}", std::process::id()));
    fs::create_dir(&folder).expect("the name is unique");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o1777)).expect("it is ours");
    folder
}

fn wait_until_empty(folder: &Path) {
    let start = Instant::now();
    while fs::read_dir(folder).expect("the folder exists").next().is_some() {
        assert!(start.elapsed() < LIMIT, "something is left in {}", folder.display());
        std::thread::sleep(Duration::from_millis(20));
    }
    fs::remove_dir(folder).expect("the folder is empty");
}

#[test]
fn killing_the_test_process_ends_its_servers() {
    let temp = temp_folder("killed");
    let mut process = holder(&temp);
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let line = lines.map_while(Result::ok).find(|line| line.starts_with("ports")).unwrap();
    let ports: Vec<u16> = line.split(' ').skip(1).map(|port| port.parse().unwrap()).collect();
    assert_eq!(ports.len(), 3);
    assert_eq!(fs::read_dir(&temp).unwrap().count(), 3);
    process.kill().unwrap();
    process.wait().unwrap();
    wait_until_empty(&temp);
    for port in ports {
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "port {port} still answers");
    }
}

#[test]
fn killing_it_while_a_server_is_being_set_up_leaves_nothing_either() {
    let temp = temp_folder("early");
    // The folder exists from the first moment on; initdb takes most of a second.
    for pause in [0, 1, 2, 5, 150, 400] {
        let mut process = holder(&temp);
        while fs::read_dir(&temp).unwrap().next().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(pause));
        process.kill().unwrap();
        process.wait().unwrap();
        let start = Instant::now();
        while fs::read_dir(&temp).unwrap().next().is_some() {
            assert!(start.elapsed() < LIMIT, "something is left after {pause} ms");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    wait_until_empty(&temp);
}
