/** A call on its way to the API server and back, which somebody else delivers. */
export interface Call {
  readonly at: number;
  isRun: boolean;
  /** It arrives at the API server. */
  run(): void;
  /** Its answer arrives. */
  answer(): void;
  /** It is lost, or its answer is. */
  fail(): void;
}

/** Puts a call on its way. */
export function send<T>(calls: Call[], at: number, run: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    let value: T;
    calls.push({
      at,
      isRun: false,
      run() {
        value = run();
        this.isRun = true;
      },
      answer: () => resolve(value),
      fail: () => reject(new Error("unreachable")),
    });
  });
}

/** One step of the oldest call: there, and then back. Who is cut off loses it either way. */
export function deliverNext(calls: Call[], isCutOff: boolean): void {
  const [call] = calls;
  if (call === undefined) return;
  if (!call.isRun && !isCutOff) {
    call.run();
    return;
  }
  calls.shift();
  if (isCutOff) call.fail();
  else call.answer();
}
