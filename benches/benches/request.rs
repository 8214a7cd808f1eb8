//! `cargo bench -p tachograph-benches`: what a request costs, workload by workload.

use axum::Router;
use std::process::ExitCode;
use tachograph_benches::report::FLOORS;
use tachograph_benches::rows::{
    Row, bare, bare_again, empty_layer, floor, frameworks, ours_json, ours_measured, ours_silent, ours_unsearched,
};
use tachograph_benches::runner::{Workload, run};
use tachograph_benches::{Machine, workloads};
use tachograph_sqlx::Measured;
use tokio::runtime::{Builder, Runtime};

const TURNS: usize = 2_000;
const SMOKE_TURNS: usize = 50;

/// What is added to every workload; the bare row comes first.
const ROWS: [fn(Router) -> Row; 6] = [bare, bare_again, empty_layer, floor, ours_silent, ours_json];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo passes `--bench` when it runs benchmarks, and not when it runs them as tests.
    let mut smoke = !arguments.iter().any(|argument| argument == "--bench");
    for argument in &arguments {
        match argument.as_str() {
            "--bench" => {}
            "--smoke" => smoke = true,
            unknown => {
                eprintln!("unknown argument {unknown:?}\nusage: cargo bench -p tachograph-benches [-- --smoke]");
                return ExitCode::FAILURE;
            }
        }
    }
    match measure(if smoke { SMOKE_TURNS } else { TURNS }, smoke) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(turns: usize, smoke: bool) -> Result<(), Box<dyn std::error::Error>> {
    let command =
        if smoke { "cargo bench -p tachograph-benches -- --smoke" } else { "cargo bench -p tachograph-benches" };
    println!("{}- command: `{command}`\n- {turns} turns a row", Machine::here_and_now());
    let runtime = Builder::new_current_thread().enable_time().build()?;
    for workload in all_workloads(&runtime)? {
        println!("\n{}", run(&runtime, workload, turns)?);
    }
    Ok(())
}

fn all_workloads(runtime: &Runtime) -> Result<[Workload; 5], Box<dyn std::error::Error>> {
    let pool = runtime.block_on(workloads::database())?;
    let measured = pool.clone().measured("measurements");
    let with_pools = |plain: Router, measured: Router, findings| {
        let mut rows = with_every_row(&plain);
        rows.extend([ours_measured(measured.clone(), findings), ours_unsearched(measured)]);
        rows
    };
    Ok([
        Workload {
            title: "a handler that answers at once",
            requests_per_turn: 500,
            rows: with_every_row(&workloads::plain()),
            unit: FLOORS,
        },
        Workload {
            title: "a handler that is polled ten times",
            requests_per_turn: 500,
            rows: with_every_row(&workloads::polled()),
            unit: FLOORS,
        },
        Workload {
            title: "a handler with 10 different sqlx queries (SQLite in memory)",
            requests_per_turn: 5,
            rows: with_pools(workloads::different(pool.clone()), workloads::different(measured.clone()), 0),
            unit: FLOORS,
        },
        Workload {
            title: "a handler with one sqlx query 10 times, an N+1 (SQLite in memory)",
            requests_per_turn: 5,
            rows: with_pools(workloads::looped(pool), workloads::looped(measured), 1),
            unit: FLOORS,
        },
        Workload {
            title: "a handler that answers at once, by framework",
            requests_per_turn: 200,
            rows: frameworks::rows(runtime)?,
            unit: frameworks::AXUM,
        },
    ])
}

fn with_every_row(workload: &Router) -> Vec<Row> {
    ROWS.map(|row| row(workload.clone())).into()
}
