/**
 * Type tests are compiled and never run: `tsc -p tsconfig.tests.json` is the test. An unused
 * `@ts-expect-error` is an error, so each of them is an assertion that something is refused.
 */

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `same<Pod>()(object)` compiles where the type of `object` is Pod, neither wider nor narrower. */
export declare function same<Expected>(): <Actual>(
  value: Actual,
  ...difference: Same<Actual, Expected> extends true ? [] : [expected: Expected]
) => void;
