;; One pass over all parameters for Adam and AdamW, the gradients' norm, and a moving average, four floats at a time.
;; Pointers are byte offsets into the memory; counts are floats, a multiple of 8. scripts/build-kernels.ts compiles this.
(module
  (import "env" "memory" (memory 0))

  ;; g' = scale g;  m = beta1 m + rest1 g';  v = beta2 v + rest2 g'^2
  ;; p = keep p - (rate m) / (inverse sqrt(v) + epsilon)
  (func (export "adam")
    (param $p i32) (param $g i32) (param $m i32) (param $v i32) (param $count i32)
    (param $scale f32) (param $beta1 f32) (param $rest1 f32) (param $beta2 f32) (param $rest2 f32)
    (param $keep f32) (param $rate f32) (param $inverse f32) (param $epsilon f32)
    (local $gradient v128) (local $first v128) (local $second v128) (local $tiny v128)
    (local $scales v128) (local $beta1s v128) (local $rest1s v128) (local $beta2s v128) (local $rest2s v128)
    (local $keeps v128) (local $rates v128) (local $inverses v128) (local $epsilons v128)
    (local.set $tiny (v128.const f32x4 0x1p-126 0x1p-126 0x1p-126 0x1p-126))
    (local.set $scales (f32x4.splat (local.get $scale)))
    (local.set $beta1s (f32x4.splat (local.get $beta1)))
    (local.set $rest1s (f32x4.splat (local.get $rest1)))
    (local.set $beta2s (f32x4.splat (local.get $beta2)))
    (local.set $rest2s (f32x4.splat (local.get $rest2)))
    (local.set $keeps (f32x4.splat (local.get $keep)))
    (local.set $rates (f32x4.splat (local.get $rate)))
    (local.set $inverses (f32x4.splat (local.get $inverse)))
    (local.set $epsilons (f32x4.splat (local.get $epsilon)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $gradient (f32x4.mul (v128.load (local.get $g)) (local.get $scales)))
        (local.set $first (f32x4.add
          (f32x4.mul (v128.load (local.get $m)) (local.get $beta1s))
          (f32x4.mul (local.get $gradient) (local.get $rest1s))))
        (local.set $second (f32x4.add
          (f32x4.mul (v128.load (local.get $v)) (local.get $beta2s))
          (f32x4.mul (f32x4.mul (local.get $gradient) (local.get $gradient)) (local.get $rest2s))))
        ;; Below 2^-126 floats are subnormal: slow on many processors, and too small to matter.
        (local.set $first (v128.andnot
          (local.get $first)
          (f32x4.lt (f32x4.abs (local.get $first)) (local.get $tiny))))
        (local.set $second (v128.andnot (local.get $second) (f32x4.lt (local.get $second) (local.get $tiny))))
        (v128.store (local.get $m) (local.get $first))
        (v128.store (local.get $v) (local.get $second))
        (v128.store (local.get $p) (f32x4.sub
          (f32x4.mul (v128.load (local.get $p)) (local.get $keeps))
          (f32x4.div
            (f32x4.mul (local.get $first) (local.get $rates))
            (f32x4.add
              (f32x4.mul (f32x4.sqrt (local.get $second)) (local.get $inverses))
              (local.get $epsilons)))))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (local.set $count (i32.sub (local.get $count) (i32.const 4)))
        (br $next))))

  ;; Eight float64 sums, of every eighth square; then ((0+4)+(2+6)) + ((1+5)+(3+7)).
  (func (export "sumOfSquares") (param $x i32) (param $count i32) (result f64)
    (local $four v128) (local $two v128)
    (local $s01 v128) (local $s23 v128) (local $s45 v128) (local $s67 v128)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $four (v128.load (local.get $x)))
        (local.set $two (f64x2.promote_low_f32x4 (local.get $four)))
        (local.set $s01 (f64x2.add (local.get $s01) (f64x2.mul (local.get $two) (local.get $two))))
        (local.set $two (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $four) (local.get $four))))
        (local.set $s23 (f64x2.add (local.get $s23) (f64x2.mul (local.get $two) (local.get $two))))
        (local.set $four (v128.load offset=16 (local.get $x)))
        (local.set $two (f64x2.promote_low_f32x4 (local.get $four)))
        (local.set $s45 (f64x2.add (local.get $s45) (f64x2.mul (local.get $two) (local.get $two))))
        (local.set $two (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15 (local.get $four) (local.get $four))))
        (local.set $s67 (f64x2.add (local.get $s67) (f64x2.mul (local.get $two) (local.get $two))))
        (local.set $x (i32.add (local.get $x) (i32.const 32)))
        (local.set $count (i32.sub (local.get $count) (i32.const 8)))
        (br $next)))
    (local.set $two (f64x2.add
      (f64x2.add (local.get $s01) (local.get $s45))
      (f64x2.add (local.get $s23) (local.get $s67))))
    (f64.add (f64x2.extract_lane 0 (local.get $two)) (f64x2.extract_lane 1 (local.get $two))))

  ;; 1 if no value is infinite or not a number: x - x is 0 for finite x only, and a sum with NaN stays NaN.
  (func (export "allFinite") (param $x i32) (param $count i32) (result i32)
    (local $four v128) (local $sum v128)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $four (v128.load (local.get $x)))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.sub (local.get $four) (local.get $four))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $count (i32.sub (local.get $count) (i32.const 4)))
        (br $next)))
    (i32x4.all_true (f32x4.eq (local.get $sum) (local.get $sum))))

  ;; y = a y + b x
  (func (export "axpby") (param $y i32) (param $x i32) (param $a f32) (param $b f32) (param $count i32)
    (local $as v128) (local $bs v128)
    (local.set $as (f32x4.splat (local.get $a)))
    (local.set $bs (f32x4.splat (local.get $b)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (v128.store (local.get $y) (f32x4.add
          (f32x4.mul (v128.load (local.get $y)) (local.get $as))
          (f32x4.mul (v128.load (local.get $x)) (local.get $bs))))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $count (i32.sub (local.get $count) (i32.const 4)))
        (br $next)))))
