-- What must be known across brands about an invoice, answered as yes or no and never as a row.
-- The table has no grants: these functions, owned by the migrating role, are the only way in.
-- drop: DROP FUNCTION note_fingerprint(text, text, bigint)
-- drop: DROP FUNCTION forget_fingerprint(text, text, bigint)
-- drop: DROP FUNCTION fingerprint_in_other_brand(text, text)
CREATE FUNCTION note_fingerprint(p_kind text, p_hash text, p_subject bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  INSERT INTO public.fingerprint (kind, hash, seen_in_brand, subject_id, at)
  VALUES (p_kind, p_hash, nullif(current_setting('app.brand_id', true), '')::int, p_subject, now())
  ON CONFLICT DO NOTHING
$$;
CREATE FUNCTION forget_fingerprint(p_kind text, p_hash text, p_subject bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  DELETE FROM public.fingerprint
  WHERE kind = p_kind AND hash = p_hash AND subject_id = p_subject
    AND seen_in_brand = nullif(current_setting('app.brand_id', true), '')::int
$$;
CREATE FUNCTION fingerprint_in_other_brand(p_kind text, p_hash text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (
    SELECT 1 FROM public.fingerprint
    WHERE kind = p_kind AND hash = p_hash
      AND seen_in_brand <> nullif(current_setting('app.brand_id', true), '')::int
  )
$$;
REVOKE ALL ON FUNCTION note_fingerprint(text, text, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION forget_fingerprint(text, text, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION fingerprint_in_other_brand(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_fingerprint(text, text, bigint) TO munim_app;
GRANT EXECUTE ON FUNCTION forget_fingerprint(text, text, bigint) TO munim_app;
GRANT EXECUTE ON FUNCTION fingerprint_in_other_brand(text, text) TO munim_app;
