//! Wrong usage: exit code 2, and nothing touched.

use crate::common::{Project, assert_run};

/// Every wrong call, in both formats.
fn assert_usage(project: &Project, args: &[&str]) -> String {
    let text = project.run(args).exits(2);
    assert_eq!(text.stdout, "", "{args:?}");
    let mut with_format = vec!["--format", "json"];
    with_format.extend(args);
    let json = project.run(&with_format).exits(2);
    assert_eq!(json.stderr, "", "{args:?}");
    let document = json.json();
    assert_eq!(document["kind"], "error");
    assert!(document["error"]["code"].is_string());
    assert!(!project.path().join("dev.db").exists());
    format!("$ migsafe {}\n{text}", args.join(" "))
}

#[test]
fn arguments() {
    let project = Project::new();
    let url = "--database-url=sqlite:dev.db";
    let calls: &[&[&str]] = &[
        &[],
        &["statu"],
        &["status", "--al"],
        &["status", url, "extra"],
        &["status", "postgresql://app:s3cret@db/x?sslpassword=s3cret"],
        &["status", url, "--env", "prod"],
        &["status", url, "--rule", "edited"],
        &["status", url, "--rule", "edited=fatal"],
        &["status", url, "--rule", "xyz=warn"],
        &["status", url, "--rule", "orphan=warn"],
        &["deploy", url, "--to", "x", "--count", "1"],
        &["deploy", url, "--count", "0"],
        &["deploy", url, "--to", "20990101000000_nope"],
        &["deploy", url, "--lock-wait", "-1"],
        &["deploy", url, "--lock-wait", "1e99"],
        &["deploy", url, "--mode", "hope"],
        &["deploy", url, "--mode", "wait", "--dry-run"],
        &["resolve", url],
        &["resolve", url, "--applied", "a", "--rolled-back", "b"],
        &["new", url],
        &["new", url, "-"],
        &["lint", url, "--pending", "x.sql"],
        &["lint", url, "--since", "main", "--pending"],
        &["lint", url, "--fail-on", "off"],
        &["lint", url, "--dialect", "mysql"],
        &["lint", url, "--server-version", "latest"],
        &["lint", url, "--since", "-x"],
        &["lint", url, "--since=--output=x"],
        &["lint", "--pending"],
        &["lint"],
        &["explain", "synt"],
        &["explain", "a", "b"],
        &["locks"],
        &["status"],
    ];
    let all: Vec<String> = calls.iter().map(|args| assert_usage(&project, args)).collect();
    assert_run!("usage_arguments", all.join("\n"));
}

#[test]
fn urls() {
    let project = Project::new();
    let urls = [
        "",
        "dev.db",
        "mysql://app:s3cret@db/x",
        "s3cret:x",
        "://s3cret",
        "sqlite:",
        "postgresql://app:s3cret@db:notaport/x",
        "postgresql://app:s3cret@[::1/x",
    ];
    let all: Vec<String> = urls
        .iter()
        .map(|url| assert_usage(&project, &["status", "--database-url", url]))
        .map(|shown| shown.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap())
        .collect();
    assert_run!("usage_urls", all.join("\n"));
}

#[test]
fn what_is_not_built_does_not_exist() {
    let project = Project::new();
    for verb in [
        "init", "plan", "approve", "baseline", "repair", "rollback", "parity", "history", "import",
        "edit", "retire", "reset",
    ] {
        project.sqlite(&[verb]).exits(2);
    }
    for format in ["markdown", "junit", "html", "JSON", ""] {
        project.sqlite(&["status", "--format", format]).exits(2);
    }
    // Of one command only.
    for format in ["github", "sarif"] {
        for verb in ["status", "deploy", "locks", "explain"] {
            project.sqlite(&[verb, "--format", format]).exits(2);
        }
        project.sqlite(&["new", "x", "--format", format]).exits(2);
        project.sqlite(&["lint", "--format", format]).exits(0);
        project.sqlite(&["verify", "--format", format]).exits(2);
        project.sqlite(&["check", "--format", format]).exits(2);
    }
    for verb in ["status", "deploy", "locks", "lint", "schema", "explain"] {
        project.sqlite(&[verb, "--format", "markdown"]).exits(2);
    }
    assert!(!project.path().join("dev.db").exists());
    project.sqlite(&["status", "--config", "x"]).exits(2);
}

#[test]
fn environment_variables() {
    let project = Project::new();
    let run = |name: &str, value: &str| {
        let mut command = project.command(&["status"]);
        command.env("DATABASE_URL", "sqlite:dev.db").env(name, value);
        crate::common::Ran::of(command.output().unwrap())
    };
    run("MIGSAFE_ENV", "prod").exits(2);
    run("MIGSAFE_ENV", "").exits(2);
    let ran = run("MIGSAFE_ENV", "staging").exits(3);
    assert!(ran.stdout.contains("environment  staging"), "{ran}");
}

#[test]
fn what_will_fail_cannot_be_allowed() {
    let project = Project::new();
    for severity in ["off", "note", "warn"] {
        let rule = format!("will-fail={severity}");
        let ran = project.sqlite(&["deploy", "--rule", &rule]).exits(2);
        assert!(ran.stderr.contains("cannot be lowered"), "{ran}");
        assert!(ran.stderr.contains("leave out --rule will-fail"), "{ran}");
        assert!(!project.path().join("dev.db").exists());
    }
}
