//! `tachograph check`, against receivers that are strict, gone, or unkind.

use std::net::{TcpListener, UdpSocket};

use tachograph_collector::Collector;
use tachograph_log_service::{Answer, Call, LogService};
use tachograph_xray_daemon::Daemon;

use crate::shell::Shell;

const ROUTE: &str = "/_tachograph/check";

/// Credentials that nobody verifies.
fn with_credentials(shell: Shell) -> Shell {
    shell.variable("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").variable("AWS_SECRET_ACCESS_KEY", "secret")
}

/// A port at which nobody listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn without_any_file_there_are_lines_on_stdout_and_a_page() {
    let ended = Shell::new().run(&["check"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    let line =
        ended.stdout.lines().find(|line| line.contains(r#""event":"request""#)).expect("the record's line is there");
    for part in [r#""route":"/_tachograph/check""#, r#""action":"tachograph.check""#, r#""tachograph.check":true"#] {
        assert!(line.contains(part), "{line}");
    }
    for told in [
        "measures service; configuration: defaults; exporters: json (structured) to stdout",
        "\nsent: GET /_tachograph/check, request_id ",
        "\njson (structured) to stdout: written\n",
        "\nprometheus (opentelemetry) at /metrics: shown\n",
        "\nCloudWatch metrics: none, as no exporter has format = \"emf\"\n",
    ] {
        assert!(ended.stdout.contains(told), "{told}\n{}", ended.stdout);
    }
}

#[test]
fn each_receiver_has_got_what_is_said_to_have_arrived() {
    let (collector, daemon, logs) = (Collector::start_blocking(), Daemon::start(), LogService::start_blocking());
    let file = format!(
        "[service]\nname = 'shop'\n[exporters.json]\noutput = 'file:lines.log'\nsample = 0.01\n[exporters.page]\n\
         [exporters.cloudwatch_logs]\ngroup = '/shop'\nstream = 'one'\nregion = 'eu-west-1'\nendpoint = '{}'\n\
         [exporters.otlp]\nendpoint = '{}'\nsample_ratio = 0.01\n[exporters.xray]\nsampling = 'always'\ndaemon_address = '{}'\n",
        logs.endpoint(),
        collector.endpoint_grpc(),
        daemon.address(),
    );
    let shell = with_credentials(Shell::new().file("tachograph.toml", &file));
    let ended = shell.run(&["check", "--deadline", "60"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for (exporter, told) in [
        ("json (structured) to file:lines.log", "written"),
        ("cloudwatch_logs to /shop (structured) in eu-west-1", "arrived"),
        ("otlp traces (grpc)", "arrived"),
        ("xray (always sampling)", "sent; whether it arrived is not answered"),
        ("page at /tachograph", "shown"),
    ] {
        let line = ended.stdout.lines().find(|line| line.starts_with(exporter) && line.contains(": "));
        assert!(line.is_some_and(|line| line.ends_with(told)), "{exporter}: {told}\n{}", ended.stdout);
    }
    let written = std::fs::read_to_string(shell.folder.path().join("lines.log")).unwrap();
    assert!(written.contains(ROUTE), "whatever the sample: {written}");
    assert!(logs.messages("/shop").iter().any(|message| message.contains(ROUTE)), "{:?}", logs.calls());
    let named = |name: &str| collector.spans().iter().any(|span| span.name == name);
    assert!(named(&format!("GET {ROUTE}")), "whatever the ratio: {:?}", collector.spans());
    assert!(collector.metric("http.server.request.duration").is_some() && !collector.logs().is_empty());
    daemon.wait_for(1);
    assert_eq!(daemon.documents()[0].at("annotations.action"), "tachograph.check");
    assert_eq!((collector.complaints(), daemon.complaints(), logs.complaints()), (vec![], vec![], vec![]));
}

#[test]
fn receivers_that_are_gone_are_told_with_what_the_system_says() {
    let (tcp, udp) = (free_port(), UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let file = format!(
        "[exporters.json]\noutput = 'tcp://127.0.0.1:{tcp}'\n[exporters.otlp]\nendpoint = 'http://127.0.0.1:{tcp}'\n\
         protocol = 'http/protobuf'\n[exporters.xray]\nsampling = 'always'\ndaemon_address = '127.0.0.1:{udp}'\n"
    );
    let ended = Shell::new().file("tachograph.toml", &file).run(&["check", "--deadline", "1"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""), "what failed is told once: {ended:?}");
    for exporter in ["json (structured)", "otlp traces", "xray (always sampling)"] {
        let mut lines = ended.stdout.lines().skip_while(|line| !line.starts_with(exporter) || !line.contains(": NOT"));
        assert!(lines.next().is_some_and(|line| line.ends_with(": NOT DELIVERED within 1 s")), "{exporter}: {ended:?}");
        let why = lines.next().unwrap_or_default();
        assert!(why.starts_with("    ") && why.to_lowercase().contains("refused"), "{exporter}: {why}: {ended:?}");
    }
}

#[test]
fn a_receiver_s_own_words_are_passed_on() {
    let logs = LogService::start_blocking();
    logs.answer_with(Call::PutLogEvents, Answer::Error("AccessDeniedException"));
    let file = format!(
        "[exporters.cloudwatch_logs]\ngroup = '/shop'\nregion = 'eu-west-1'\nendpoint = '{}'\n",
        logs.endpoint()
    );
    let ended = with_credentials(Shell::new().file("tachograph.toml", &file)).run(&["check", "--deadline", "1"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("AccessDenied"), "{ended:?}");
}

#[test]
fn what_does_not_fit_is_said_as_the_service_says_it() {
    for (file, expected) in [
        ("[exporters.json]\nformat = 'xml'", "exporters.json.format does not fit: `xml` is no format"),
        ("[exporters.jsom]", "unknown field `jsom`"),
        ("[alarms]\nerror_rate = 7", "use 0 to 1"),
        ("[exporters.prometheus]\npath = 'metrics'", "exporters.prometheus.path does not fit"),
    ] {
        let ended = Shell::new().file("tachograph.toml", file).run(&["check"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{file}: {ended:?}");
        assert!(ended.stderr.contains(expected) && ended.stderr.contains("tachograph.toml"), "{file}: {ended:?}");
    }
}

#[test]
fn nothing_is_sent_where_nothing_is_to_be() {
    let (collector, daemon) = (Collector::start_blocking(), Daemon::start());
    let file = format!(
        "[exporters.json]\nformat = 'emf'\noutput = 'file:lines.log'\n[exporters.otlp]\nendpoint = '{}'\n\
         [exporters.xray]\nsampling = 'always'\ndaemon_address = '{}'\n",
        collector.endpoint_http(),
        daemon.address()
    );
    let shell = Shell::new().file("tachograph.toml", &file);
    let ended = shell.run(&["check", "--no-send"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert_eq!(ended.stdout.matches(": fits\n").count(), 3, "{ended:?}");
    assert_eq!(std::fs::read_to_string(shell.folder.path().join("lines.log")).unwrap(), "");
    assert!(collector.exports().is_empty() && daemon.documents().is_empty());
}

/// The service that is running writes it, and would find a request that nobody made.
#[test]
fn the_file_of_the_page_is_left_alone() {
    let shell = Shell::new().file("tachograph.toml", "[exporters.json]\n[exporters.page]\nfile = 'page.json'");
    let ended = shell.run(&["check"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("\npage at /tachograph: shown\n"), "{ended:?}");
    assert!(!shell.folder.path().join("page.json").exists());
}

#[test]
fn a_request_that_passes_unmeasured_is_said_to() {
    let ended = Shell::new().file("tachograph.toml", "[capture]\nignore = ['/*']").run(&["check"]);
    assert!(ended.stdout.contains("no record: requests of GET /_tachograph/check pass unmeasured"), "{ended:?}");
    assert_eq!(ended.code, Some(1), "nothing was sent: {ended:?}");
}

#[test]
fn the_listener_of_the_service_is_not_taken_from_it() {
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let file = format!("[admin]\nlisten = '{}'", service.local_addr().unwrap());
    let ended = Shell::new().file("tachograph.toml", &file).run(&["check"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("is in use, by the service itself or by something else"), "{ended:?}");
}

#[test]
fn the_bill_is_estimated_from_what_is_said_or_counted() {
    let emf =
        "[service]\nname = 'shop'\nenvironment = 'test'\n[exporters.json]\nformat = 'emf'\noutput = 'file:lines.log'\n";
    let lines = r#"{"event":"request","method":"GET","route":"/a","status_code":200,"outcome":"completed"}
{"event":"request","method":"POST","route":"/a","status_code":200,"outcome":"completed"}"#;
    let shell = Shell::new().file("tachograph.toml", emf).file("old.log", lines);
    let total = |arguments: &[&str]| {
        let ended = shell.run(&[&["check", "--no-send"], arguments].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.contains("AWS bills each for every month"), "{ended:?}");
        let told =
            ended.stdout.split_once("CloudWatch metrics in shop: at most ").expect("it is estimated").1.to_owned();
        told.split_once(',').unwrap().0.parse::<u64>().unwrap()
    };
    let (ten, twenty) = (total(&[]), total(&["--routes", "20"]));
    assert!(twenty > ten, "{ten} {twenty}");
    // Each endpoint has the same metrics.
    assert_eq!(total(&["--routes", "30"]) - twenty, twenty - ten);
    assert!(total(&["--log", "old.log"]) < ten);
    assert_eq!(total(&["--series", "7"]) - ten, 7);
}
