;; Reads a JSON text (RFC 8259) and keeps none of it: whether it is one, whether it is too deep, and where its
;; long and deep parts are. Compiled by `scripts/wasm.ts` into scan.wasm.ts; json-scan.ts calls it.
;;
;; Memory: from 0 the text, up to 1 MiB, and 64 bytes more. From 0x100040, for each level that is open, 8 bytes: where
;; it was opened; and where the key of its member is, or, with the highest bit set, the index of its item. From
;; 0x102000, for each part that was found, 36 bytes: where it begins and ends, its level, and what the six levels above
;; it had. A part is 256 bytes at least, and of three levels: so there are no more than 12,288.
;;
;; What reads a thing takes where that begins, and gives where it ends, or 0 where it is not what it should be. Behind
;; the text is a zero, which JSON allows nowhere: so nothing asks for the end but `scan` itself.
(module
  (memory (export "memory") 23)

  ;; From behind the quote that opens it. 16 bytes at a time are looked at for a quote, a backslash or a control.
  (func $string (param $at i32) (result i32)
    (local $bytes v128) (local $found i32) (local $byte i32) (local $hex i32)
    (loop $block
      (local.set $bytes (v128.load (local.get $at)))
      (local.set $found (i8x16.bitmask (v128.or
        (v128.or
          (i8x16.eq (local.get $bytes) (v128.const i8x16 34 34 34 34 34 34 34 34 34 34 34 34 34 34 34 34))
          (i8x16.eq (local.get $bytes) (v128.const i8x16 92 92 92 92 92 92 92 92 92 92 92 92 92 92 92 92)))
        (i8x16.lt_u (local.get $bytes) (v128.const i8x16 32 32 32 32 32 32 32 32 32 32 32 32 32 32 32 32)))))
      (if (i32.eqz (local.get $found)) (then
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $block)))
      (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $found))))
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.eq (local.get $byte) (i32.const 34)) (then
        (return (i32.add (local.get $at) (i32.const 1)))))
      (if (i32.ne (local.get $byte) (i32.const 92)) (then (return (i32.const 0))))
      (local.set $byte (i32.load8_u offset=1 (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 2)))
      ;; "u" and four hexadecimal digits
      (if (i32.eq (local.get $byte) (i32.const 117)) (then
        (local.set $hex (i32.add (local.get $at) (i32.const 4)))
        (loop $digit
          (local.set $byte (i32.load8_u (local.get $at)))
          (if (i32.eqz (i32.or
            (i32.lt_u (i32.sub (local.get $byte) (i32.const 48)) (i32.const 10))
            (i32.lt_u
              (i32.sub (i32.or (local.get $byte) (i32.const 32)) (i32.const 97))
              (i32.const 6)))) (then (return (i32.const 0))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $digit (i32.lt_u (local.get $at) (local.get $hex))))
        (br $block)))
      ;; " \ / b f n r t
      (br_if $block (i32.or
        (i32.or
          (i32.or (i32.eq (local.get $byte) (i32.const 34)) (i32.eq (local.get $byte) (i32.const 92)))
          (i32.or (i32.eq (local.get $byte) (i32.const 47)) (i32.eq (local.get $byte) (i32.const 98))))
        (i32.or
          (i32.or (i32.eq (local.get $byte) (i32.const 102)) (i32.eq (local.get $byte) (i32.const 110)))
          (i32.or (i32.eq (local.get $byte) (i32.const 114)) (i32.eq (local.get $byte) (i32.const 116)))))))
    (i32.const 0))

  ;; White space, which may be none.
  (func $space (param $at i32) (result i32)
    (local $byte i32)
    (loop $next
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.or
        (i32.or (i32.eq (local.get $byte) (i32.const 32)) (i32.eq (local.get $byte) (i32.const 10)))
        (i32.or (i32.eq (local.get $byte) (i32.const 13)) (i32.eq (local.get $byte) (i32.const 9))))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next))))
    (local.get $at))

  ;; One digit at least.
  (func $digits (param $at i32) (result i32)
    (if (i32.ge_u (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)) (i32.const 10)) (then
      (return (i32.const 0))))
    (loop $next
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next
        (i32.lt_u (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)) (i32.const 10))))
    (local.get $at))

  (func $number (param $at i32) (result i32)
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 45)) (then
      (local.set $at (i32.add (local.get $at) (i32.const 1)))))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 48))
      (then (local.set $at (i32.add (local.get $at) (i32.const 1))))
      (else
        (local.set $at (call $digits (local.get $at)))
        (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 46)) (then
      (local.set $at (call $digits (i32.add (local.get $at) (i32.const 1))))
      (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))))
    (if (i32.eq (i32.or (i32.load8_u (local.get $at)) (i32.const 32)) (i32.const 101)) (then
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (if (i32.or
        (i32.eq (i32.load8_u (local.get $at)) (i32.const 43))
        (i32.eq (i32.load8_u (local.get $at)) (i32.const 45)))
        (then (local.set $at (i32.add (local.get $at) (i32.const 1)))))
      (return (call $digits (local.get $at)))))
    (local.get $at))

  ;; A key, and the colon behind it.
  (func $key (param $at i32) (result i32)
    (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 34)) (then (return (i32.const 0))))
    (local.set $at (call $string (i32.add (local.get $at) (i32.const 1))))
    (if (i32.eqz (local.get $at)) (then (return (i32.const 0))))
    (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 58)) (then
      (local.set $at (call $space (local.get $at)))
      (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 58)) (then (return (i32.const 0))))))
    (i32.add (local.get $at) (i32.const 1)))

  ;; How many objects and lists of the levels 7, 9 and 11 there are that are `least` bytes or longer, 256 at least. What
  ;; is within one comes before it. -1 where the text is no JSON, -2 where it is deeper than `levels`, 1,000 at most.
  (func (export "scan") (param $end i32) (param $levels i32) (param $least i32) (result i32)
    (local $at i32) (local $byte i32) (local $depth i32) (local $frame i32) (local $member i32) (local $part i32)
    (local.set $frame (i32.const 0x100040))
    (local.set $part (i32.const 0x102000))
    (v128.store (local.get $end) (v128.const i64x2 0 0))
    (loop $value
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.le_u (local.get $byte) (i32.const 32)) (then
        (local.set $at (call $space (local.get $at)))
        (local.set $byte (i32.load8_u (local.get $at)))))
      (block $ended
        (if (i32.eq (local.get $byte) (i32.const 34)) (then
          (local.set $at (call $string (i32.add (local.get $at) (i32.const 1))))
          (br_if $ended (local.get $at))
          (return (i32.const -1))))
        ;; "[" and "{" differ in that bit alone, as letters of either case do.
        (if (i32.eq (i32.or (local.get $byte) (i32.const 32)) (i32.const 123)) (then
          (if (i32.eq (local.get $depth) (local.get $levels)) (then (return (i32.const -2))))
          (local.set $depth (i32.add (local.get $depth) (i32.const 1)))
          (local.set $frame (i32.add (local.get $frame) (i32.const 8)))
          (i32.store (local.get $frame) (local.get $at))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (if (i32.le_u (i32.load8_u (local.get $at)) (i32.const 32)) (then
            (local.set $at (call $space (local.get $at)))))
          (if (i32.eq (local.get $byte) (i32.const 123))
            (then
              (i32.store offset=4 (local.get $frame) (local.get $at))
              (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 125)) (then
                (local.set $at (call $key (local.get $at)))
                (br_if $value (local.get $at))
                (return (i32.const -1)))))
            (else
              (i32.store offset=4 (local.get $frame) (i32.const 0x80000000))
              (br_if $value (i32.ne (i32.load8_u (local.get $at)) (i32.const 93)))))
          (br $ended)))
        (if (i32.or
          (i32.lt_u (i32.sub (local.get $byte) (i32.const 48)) (i32.const 10))
          (i32.eq (local.get $byte) (i32.const 45))) (then
          (local.set $at (call $number (local.get $at)))
          (br_if $ended (local.get $at))
          (return (i32.const -1))))
        ;; true, null
        (if (i32.or
          (i32.eq (i32.load (local.get $at)) (i32.const 0x65757274))
          (i32.eq (i32.load (local.get $at)) (i32.const 0x6c6c756e))) (then
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $ended)))
        ;; false
        (if (i32.and
          (i32.eq (local.get $byte) (i32.const 102))
          (i32.eq (i32.load offset=1 (local.get $at)) (i32.const 0x65736c61))) (then
          (local.set $at (i32.add (local.get $at) (i32.const 5)))
          (br $ended)))
        (return (i32.const -1)))
      (loop $after
        (local.set $byte (i32.load8_u (local.get $at)))
        (if (i32.le_u (local.get $byte) (i32.const 32)) (then
          (local.set $at (call $space (local.get $at)))
          (local.set $byte (i32.load8_u (local.get $at)))))
        (if (i32.eqz (local.get $depth)) (then
          (if (i32.ne (local.get $at) (local.get $end)) (then (return (i32.const -1))))
          (return (i32.div_u (i32.sub (local.get $part) (i32.const 0x102000)) (i32.const 36)))))
        (local.set $member (i32.load offset=4 (local.get $frame)))
        (if (i32.eq (local.get $byte) (i32.const 44)) (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (if (i32.lt_s (local.get $member) (i32.const 0)) (then
            (i32.store offset=4 (local.get $frame) (i32.add (local.get $member) (i32.const 1)))
            (br $value)))
          (if (i32.le_u (i32.load8_u (local.get $at)) (i32.const 32)) (then
            (local.set $at (call $space (local.get $at)))))
          (i32.store offset=4 (local.get $frame) (local.get $at))
          (local.set $at (call $key (local.get $at)))
          (br_if $value (local.get $at))
          (return (i32.const -1))))
        ;; "]" of a list, "}" of an object
        (if (i32.ne
          (local.get $byte)
          (select (i32.const 93) (i32.const 125) (i32.lt_s (local.get $member) (i32.const 0))))
          (then (return (i32.const -1))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (if (i32.and
          (i32.and (i32.le_u (i32.sub (local.get $depth) (i32.const 7)) (i32.const 4)) (local.get $depth))
          (i32.ge_u (i32.sub (local.get $at) (i32.load (local.get $frame))) (local.get $least))) (then
            (i32.store (local.get $part) (i32.load (local.get $frame)))
            (i32.store offset=4 (local.get $part) (local.get $at))
            (i32.store offset=8 (local.get $part) (local.get $depth))
            (i32.store offset=12 (local.get $part) (i32.load (i32.sub (local.get $frame) (i32.const 44))))
            (i32.store offset=16 (local.get $part) (i32.load (i32.sub (local.get $frame) (i32.const 36))))
            (i32.store offset=20 (local.get $part) (i32.load (i32.sub (local.get $frame) (i32.const 28))))
            (i32.store offset=24 (local.get $part) (i32.load (i32.sub (local.get $frame) (i32.const 20))))
            (i32.store offset=28 (local.get $part) (i32.load (i32.sub (local.get $frame) (i32.const 12))))
            (i32.store offset=32 (local.get $part) (i32.load (i32.sub (local.get $frame) (i32.const 4))))
            (local.set $part (i32.add (local.get $part) (i32.const 36)))))
        (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
        (local.set $frame (i32.sub (local.get $frame) (i32.const 8)))
        (br $after)))
    (unreachable)))
