//! All lines of all inputs, read by as many threads as there are processors.

use std::num::NonZero;
use std::sync::Mutex;
use std::thread;

use tachograph_summary::Names;

use super::gathered::Gathered;
use super::input::{Block, Blocks, Damage, Input, ReadError};
use super::plan::Plan;
use super::reading::Reading;

/// More threads than this would wait for the disk, and each has memory of its own.
const MOST_THREADS: usize = 8;

/// What the inputs come to.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) gathered: Gathered,
    /// Inputs that could not be read to their ends.
    pub(crate) damaged: Vec<Damage>,
}

/// Reads all inputs. The memory that it takes does not depend on how much they have.
///
/// # Errors
/// When one cannot be opened or read.
pub(crate) fn read(plan: &Plan, inputs: &[Input]) -> Result<Read, ReadError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    read_by(threads, plan, inputs)
}

fn read_by(threads: usize, plan: &Plan, inputs: &[Input]) -> Result<Read, ReadError> {
    let names = Names::default();
    // Whoever wants more lines reads them, while the others are busy with theirs.
    let blocks = Mutex::new(Blocks::new(inputs.to_vec()));
    let work = || {
        let mut reading = Reading::new(plan, inputs, &names);
        let mut block = Block::default();
        while next(&blocks, &mut block)? {
            reading.block(&block);
        }
        Ok(reading.done())
    };
    let mut parts = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut parts = vec![work()];
        parts.extend(
            others.into_iter().map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        );
        parts.into_iter()
    });
    let mut gathered = parts.next().unwrap_or_else(|| Ok(Gathered::new(&names)))?;
    for part in parts {
        gathered.merge(part?);
    }
    let blocks = blocks.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    gathered.counts.add_too_long(blocks.too_long());
    Ok(Read { gathered, damaged: blocks.into_damaged() })
}

fn next(blocks: &Mutex<Blocks>, block: &mut Block) -> Result<bool, ReadError> {
    blocks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next(block)
}
