//! `cargo bench -p tachograph-benches --features peers --bench peers`: what a request costs with what people use today, and with
//! tachograph, on one thread and on two.

use std::error::Error;
use std::process::ExitCode;
use tachograph_benches::Machine;
use tachograph_benches::process::{obey, rows};
use tachograph_benches::report::FLOORS;
use tachograph_benches::rows::BARE;
use tachograph_benches::runner::{Workload, run};
use tachograph_benches::stacks::{Versions, stacks};
use tokio::runtime::Builder;

const TURNS: usize = 1_000;
const SMOKE_TURNS: usize = 1;

const COMMAND: &str = "cargo bench -p tachograph-benches --features peers --bench peers";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["--row", name, threads, receiver] => serve(name, threads, receiver),
        [] => measure(TURNS, "", COMMAND),
        ["--only", part] => measure(TURNS, part, &format!("{COMMAND} -- --only {part:?}")),
        ["--smoke"] => measure(SMOKE_TURNS, "", &format!("{COMMAND} -- --smoke")),
        _ => Err(format!("usage: {COMMAND} [-- --smoke | --only PART-OF-A-NAME]").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The process of a row.
fn serve(name: &str, threads: &str, receiver: &str) -> Result<(), Box<dyn Error>> {
    let stacks = stacks();
    let stack = stacks.iter().find(|stack| stack.name == name).ok_or_else(|| format!("no row is called {name:?}"))?;
    obey(stack, threads.parse()?, receiver)
}

/// What everything is compared with is in every run.
fn measure(turns: usize, part: &str, command: &str) -> Result<(), Box<dyn Error>> {
    println!("{}- command: `{command}`\n- {turns} turns a row\n- {Versions}", Machine::here_and_now());
    let receivers = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut stacks = stacks();
    stacks.retain(|stack| [BARE, FLOORS.row].contains(&stack.name) || stack.name.contains(part));
    let mut all = rows(&stacks, 1, &receivers)?;
    all.extend(rows(&stacks, 2, &receivers)?);
    let workload = Workload { title: "what people use today", requests_per_turn: 500, rows: all, unit: FLOORS };
    println!("\n{}", run(&receivers, workload, turns)?);
    Ok(())
}
