// Checks one after the other, each told by its name; one that fails lets the others go on.

let passed = 0;
let failed = 0;

export async function check(name, holds) {
  try {
    await holds();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}`);
  }
}

// Says how many held; how many did not.
export function sum() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed;
}

// Asks until it is so.
export async function until(what, holds, patience = 20000) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try {
      const value = await holds();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await new Promise(done => setTimeout(done, 50));
  }
  throw new Error(`not within ${patience} ms: ${what}${last ? ` (${last.message})` : ''}`);
}
