-- 5,000 hosts that have applied in one call, and 2,000 officers, in a database that the demo has
-- filled. The same on both databases; scripts/bench-programs puts in what they spell differently:
-- @NUMBERS@ (a query that gives the numbers from 1 to 5000 in a column n), @ID@ (n with zeros before
-- it, 25 digits).
CREATE TEMPORARY TABLE bench_numbers AS @NUMBERS@;
CREATE TEMPORARY TABLE bench_words AS
SELECT 0 AS i, 'trade promotion' AS skill, 'es' AS language, 'western_hemisphere' AS region
UNION ALL SELECT 1, 'climate', 'fr', 'europe'
UNION ALL SELECT 2, 'culture', 'ar', 'near_east'
UNION ALL SELECT 3, 'migration', 'pt', 'africa'
UNION ALL SELECT 4, 'security', 'hi', 'south_asia';
INSERT INTO organizations (
    id, kind, name, name_folded, country, subdivision, time_zone, version, created_at, updated_at
)
SELECT
    'org_0' || @ID@, 'municipality', 'Host number ' || n, 'host number ' || n, 'US', 'AZ',
    'America/Phoenix', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM bench_numbers;
INSERT INTO programs (
    id, name, name_folded, legal_basis, default_term_months, max_term_months, report_interval_months,
    report_due_days, final_report_due_days, host_duties, sign_off_roles, is_active, version,
    created_at, updated_at
)
VALUES (
    'prg_00000000000000000000000001', 'Bench', 'bench', 'None', 12, 24, 3, 30, 60, '[]',
    'program_officer', TRUE, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'
);
INSERT INTO calls (
    id, program_id, title, title_folded, status, time_zone, closes_local, closes_at, places,
    reserve_places, is_blind, reviews_per_application, normalisation, rubric, eligibility,
    form_version, version, created_at, updated_at
)
VALUES (
    'cal_00000000000000000000000001', 'prg_00000000000000000000000001', 'Bench', 'bench',
    'in_review', 'UTC', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 100, 100, FALSE, 1, 'none',
    '[]', '{}', 1, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'
);
INSERT INTO call_forms (call_id, version, json_schema, created_at)
VALUES ('cal_00000000000000000000000001', 1, '{"type": "object"}', '2026-01-01 00:00:00');
INSERT INTO applications (
    id, call_id, organization_id, status, title, title_folded, blind_title, blind_title_folded,
    form_version, answers, needs, created_by_kind, created_by_id, submitted_at, version, created_at,
    updated_at
)
SELECT
    'app_0' || @ID@, 'cal_00000000000000000000000001', 'org_0' || @ID@, 'shortlisted',
    'A trade desk', 'a trade desk', 'A trade desk', 'a trade desk', 1, '{}',
    '{"skills": ["' || skill || '"], "languages": [{"language": "' || language
    || '", "level": 3}], "regions": ["' || region || '"], "starts_on": "2031-09-01"}',
    'user', (SELECT min(id) FROM users), '2026-01-01 00:00:00', 1, '2026-01-01 00:00:00',
    '2026-01-01 00:00:00'
FROM bench_numbers INNER JOIN bench_words ON i = n % 5;
INSERT INTO officers (id, name, name_folded, grade, is_active, version, created_at, updated_at)
SELECT
    'off_0' || @ID@, 'Officer number ' || n, 'officer number ' || n, 'FS-03', TRUE, 1,
    '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM bench_numbers WHERE n <= 2000;
INSERT INTO officer_traits (officer_id, kind, value, level)
SELECT 'off_0' || @ID@, 'skill', skill, NULL
FROM bench_numbers INNER JOIN bench_words ON i IN (n % 5, (n + 1) % 5) WHERE n <= 2000;
INSERT INTO officer_traits (officer_id, kind, value, level)
SELECT 'off_0' || @ID@, 'language', language, 1 + n % 5
FROM bench_numbers INNER JOIN bench_words ON i IN (n % 5, (n + 2) % 5) WHERE n <= 2000;
INSERT INTO officer_traits (officer_id, kind, value, level)
SELECT 'off_0' || @ID@, 'region', region, NULL
FROM bench_numbers INNER JOIN bench_words ON i = n % 5 WHERE n <= 2000;
