;; Counts the brackets of a JSON text that may lie within another, 16 bytes at a time.
;; Compiled by `scripts/wasm.ts` into openings.wasm.ts; nesting.ts says what the count is good for.
(module
  (memory (export "memory") 17)
  ;; How many of the bytes in [at, end) are "{" or "[" and not preceded by "}," or "],". Up to 15 bytes
  ;; behind `end` count, too, and the 2 before `at` are read.
  (func (export "countOpenings") (param $at i32) (param $end i32) (result i32)
    (local $lanes v128) (local $total v128) (local $stop i32)
    (local $case v128) (local $opening v128) (local $comma v128) (local $closing v128)
    ;; As locals, not as constants in the loop, which V8 makes anew each time: half the cost.
    (local.set $case (i8x16.splat (i32.const 0x20)))
    (local.set $opening (i8x16.splat (i32.const 0x7b)))
    (local.set $comma (i8x16.splat (i32.const 0x2c)))
    (local.set $closing (i8x16.splat (i32.const 0x7d)))
    (local.set $at (i32.sub (local.get $at) (i32.const 2)))
    (local.set $end (i32.sub (local.get $end) (i32.const 2)))
    (loop $stretch
      (if (i32.lt_u (local.get $at) (local.get $end)) (then
        (local.set $lanes (v128.const i64x2 0 0))
        ;; A lane holds a byte: 255 blocks fill it.
        (local.set $stop (i32.add (local.get $at) (i32.const 4080)))
        (if (i32.gt_u (local.get $stop) (local.get $end)) (then (local.set $stop (local.get $end))))
        (loop $block
          (local.set $lanes (i8x16.sub (local.get $lanes)
            (v128.andnot
              ;; "[" and "{" differ in that bit alone, as letters of either case do, and so do "]" and "}".
              (i8x16.eq
                (v128.or (v128.load offset=2 (local.get $at)) (local.get $case))
                (local.get $opening))
              (v128.and
                (i8x16.eq
                  (v128.load offset=1 (local.get $at))
                  (local.get $comma))
                (i8x16.eq
                  (v128.or (v128.load (local.get $at)) (local.get $case))
                  (local.get $closing))))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $block (i32.lt_u (local.get $at) (local.get $stop))))
        (local.set $total (i32x4.add (local.get $total)
          (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (local.get $lanes)))))
        (br $stretch))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $total)) (i32x4.extract_lane 1 (local.get $total)))
      (i32.add (i32x4.extract_lane 2 (local.get $total)) (i32x4.extract_lane 3 (local.get $total))))))
