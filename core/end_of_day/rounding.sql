-- drop: DROP FUNCTION IF EXISTS round_ratio(numeric, numeric, text, int) CASCADE;

-- The rounding of core.kernel.money.round_ratio for amounts that are not negative, so that
-- set-based steps and the pure rules agree to the paisa.
CREATE FUNCTION round_ratio(numerator numeric, denominator numeric, mode text, multiple int)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (multiple * CASE mode
        WHEN 'half_up' THEN div(2 * numerator + denominator * multiple, 2 * denominator * multiple)
        WHEN 'down' THEN div(numerator, denominator * multiple)
        WHEN 'up' THEN div(numerator + denominator * multiple - 1, denominator * multiple)
        ELSE div(numerator, denominator * multiple)
             + CASE sign(2 * mod(numerator, denominator * multiple) - denominator * multiple)
                   WHEN 1 THEN 1
                   WHEN 0 THEN mod(div(numerator, denominator * multiple), 2)
                   ELSE 0
               END
        END)::bigint
$$;

GRANT EXECUTE ON FUNCTION round_ratio(numeric, numeric, text, int) TO munim_app;
