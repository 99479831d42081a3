/**
 * Turns into failures what mocha alone lets pass: a promise that is rejected unseen, and whatever
 * a test leaves open (a server, a timer, a process), for which mocha waits without a word.
 */

/** How long after the last test something may still be on its way out, in milliseconds. */
const graceMs = 5_000;

/** Fails the run even after mocha has fixed its exit code, which it sets when Node exits. */
function failAtExit(): void {
  process.once("exit", () => {
    process.exitCode = 1;
  });
}

/** mocha calls it before the first test. */
export function mochaGlobalSetup(): void {
  // mocha listens too, which keeps Node from throwing, and then does nothing with it.
  process.on("unhandledRejection", (reason) => {
    failAtExit();
    throw reason;
  });
}

/** mocha calls it after the last test. */
export function mochaGlobalTeardown(): void {
  // Does not keep Node alive itself: it only fires where something else does.
  setTimeout(() => {
    const open = Object.entries(Object.groupBy(process.getActiveResourcesInfo(), (type) => type))
      .map(([type, all]) => `${all?.length} × ${type}`)
      .join(", ");
    console.error(
      `\nLeft open after the last test: ${open || "something that Node does not name"}.\n` +
        "Every test closes what it starts. Run the test files one by one to see whose it is.",
    );
    failAtExit();
    process.exit(1);
  }, graceMs).unref();
}
