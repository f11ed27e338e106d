-- drop: DROP FUNCTION IF EXISTS post_entry(jsonb) CASCADE;
-- drop: DROP FUNCTION IF EXISTS open_chart(jsonb) CASCADE;
-- drop: DROP FUNCTION IF EXISTS refuse_ledger_change() CASCADE;
-- drop: DROP FUNCTION IF EXISTS refuse_unbalanced_entry() CASCADE;

-- The only doors into the books. The application role may execute them and read the tables;
-- it holds no right to insert, change or empty them.
--
-- Refusals: MU001 same key, other content · MU002 an entry that does not balance or is not
-- well formed · MU003 an unknown account · MU004 no brand set · MU005 the books cannot change.

-- Every statement that adds postings must leave each of its entries at zero.
CREATE FUNCTION refuse_unbalanced_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    unbalanced record;
BEGIN
    SELECT entry_id, sum(amount_paise) AS rest INTO unbalanced
    FROM fresh GROUP BY brand_id, entry_id HAVING sum(amount_paise) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % is out of balance by % paise', unbalanced.entry_id, unbalanced.rest
            USING ERRCODE = 'MU002';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER posting_balances
    AFTER INSERT ON posting REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_entry();

-- Not even the owner corrects the past: corrections are reversals.
CREATE FUNCTION refuse_ledger_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the books are append only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'MU005';
END $$;

CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

-- Open the heads a brand does not have yet: [{"code", "name", "kind"}, …]; returns how many.
CREATE FUNCTION open_chart(accounts jsonb) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    brand int := nullif(current_setting('app.brand_id', true), '')::int;
    opened int;
BEGIN
    IF brand IS NULL THEN
        RAISE EXCEPTION 'no brand is set' USING ERRCODE = 'MU004';
    END IF;
    INSERT INTO ledger_account (brand_id, code, name, kind)
    SELECT brand, a.code, a.name, a.kind
    FROM jsonb_to_recordset(accounts) AS a (code text, name text, kind text)
    ON CONFLICT (brand_id, code) DO NOTHING;
    GET DIAGNOSTICS opened = ROW_COUNT;
    RETURN opened;
END $$;

-- Post many entries at once:
--   [{"key", "kind", "value_date", "posted_on", "memo", "reverses",
--     "legs": [{"account", "amount", "loan", "party_kind", "party"}, …]}, …]
-- An entry whose key is known is not posted again; its content must be the same.
-- Returns [{"key", "id", "created"}, …] in the order given.
CREATE FUNCTION post_entry(entries jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    brand int := nullif(current_setting('app.brand_id', true), '')::int;
    -- a backend always uses its own slot of an account, so concurrent writers seldom meet
    own_slot int := pg_backend_pid() % 16;
    fault record;
    created bigint[];
    answer jsonb;
BEGIN
    IF brand IS NULL THEN
        RAISE EXCEPTION 'no brand is set' USING ERRCODE = 'MU004';
    END IF;

    SELECT e.value ->> 'key' AS key INTO fault
    FROM jsonb_array_elements(entries) AS e
    WHERE coalesce(e.value ->> 'key', '') = ''
       OR (SELECT count(*) < 2 OR sum((leg ->> 'amount')::bigint) <> 0
                  OR bool_or((leg ->> 'amount')::bigint = 0)
           FROM jsonb_array_elements(e.value -> 'legs') AS leg)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry "%" needs a key and two or more legs that sum to zero', fault.key
            USING ERRCODE = 'MU002';
    END IF;

    SELECT leg ->> 'account' AS code INTO fault
    FROM jsonb_array_elements(entries) AS e, jsonb_array_elements(e.value -> 'legs') AS leg
    WHERE NOT EXISTS (
        SELECT FROM ledger_account a WHERE a.brand_id = brand AND a.code = leg ->> 'account'
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no account "%"', fault.code USING ERRCODE = 'MU003';
    END IF;

    -- the date on which a repeat comes is not part of its content
    WITH fresh AS (
        INSERT INTO entry (brand_id, key, input_hash, kind, value_date, posted_on, posted_at,
                           memo, reverses_entry_id)
        SELECT brand, e.value ->> 'key',
               encode(sha256(convert_to((e.value - 'key' - 'posted_on')::text, 'UTF8')), 'hex'),
               e.value ->> 'kind', (e.value ->> 'value_date')::date,
               (e.value ->> 'posted_on')::date, clock_timestamp(),
               coalesce(e.value ->> 'memo', ''), (e.value ->> 'reverses')::bigint
        FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, place)
        ORDER BY e.place
        ON CONFLICT (brand_id, key) DO NOTHING
        RETURNING id
    )
    SELECT coalesce(array_agg(id), '{}') INTO created FROM fresh;

    SELECT e.value ->> 'key' AS key INTO fault
    FROM jsonb_array_elements(entries) AS e
    JOIN entry known ON known.brand_id = brand AND known.key = e.value ->> 'key'
    WHERE known.input_hash
          <> encode(sha256(convert_to((e.value - 'key' - 'posted_on')::text, 'UTF8')), 'hex')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the key "%" was used with other content', fault.key
            USING ERRCODE = 'MU001', DETAIL = fault.key;
    END IF;

    IF cardinality(created) > 0 THEN
        -- in the order of accounts, so that two writers cannot wait for each other
        INSERT INTO ledger_balance AS b (brand_id, account_id, slot, balance_paise, postings)
        SELECT brand, a.id, own_slot, sum((leg ->> 'amount')::bigint), count(*)
        FROM jsonb_array_elements(entries) AS e
        JOIN entry n ON n.brand_id = brand AND n.key = e.value ->> 'key' AND n.id = ANY (created)
        CROSS JOIN jsonb_array_elements(e.value -> 'legs') AS leg
        JOIN ledger_account a ON a.brand_id = brand AND a.code = leg ->> 'account'
        GROUP BY a.id
        ORDER BY a.id
        ON CONFLICT (brand_id, account_id, slot) DO UPDATE
            SET balance_paise = b.balance_paise + excluded.balance_paise,
                postings = b.postings + excluded.postings;

        INSERT INTO posting (brand_id, entry_id, account_id, amount_paise, loan_id,
                             party_kind, party_id)
        SELECT brand, n.id, a.id, (leg.value ->> 'amount')::bigint, (leg.value ->> 'loan')::bigint,
               leg.value ->> 'party_kind', (leg.value ->> 'party')::bigint
        FROM jsonb_array_elements(entries) AS e
        JOIN entry n ON n.brand_id = brand AND n.key = e.value ->> 'key' AND n.id = ANY (created)
        CROSS JOIN jsonb_array_elements(e.value -> 'legs') WITH ORDINALITY AS leg (value, place)
        JOIN ledger_account a ON a.brand_id = brand AND a.code = leg.value ->> 'account'
        ORDER BY n.id, leg.place;
    END IF;

    SELECT jsonb_agg(
               jsonb_build_object('key', n.key, 'id', n.id, 'created', n.id = ANY (created))
               ORDER BY e.place)
    INTO answer
    FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, place)
    JOIN entry n ON n.brand_id = brand AND n.key = e.value ->> 'key';
    RETURN coalesce(answer, '[]');
END $$;

REVOKE ALL ON FUNCTION post_entry(jsonb), open_chart(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_entry(jsonb), open_chart(jsonb) TO munim_app;
