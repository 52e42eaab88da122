-- A call with 5,000 applications of as many hosts, each reviewed twice, and 2,000 officers, 500 of
-- whom are placed, in a database that the demo has filled. The same on both databases;
-- scripts/bench-programs puts in what they spell differently: @NUMBERS@ (a query that gives the
-- numbers from 1 to 5000 in a column n) and @ID@ (n with zeros before it, 25 digits).
CREATE TEMPORARY TABLE bench_numbers AS @NUMBERS@;
INSERT INTO organizations (id, kind, name, name_folded, country, subdivision, time_zone, version, created_at, updated_at)
SELECT
    'org_0' || @ID@, 'municipality', 'Host number ' || n, 'host number ' || n, 'US', 'AZ',
    'America/Phoenix', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM bench_numbers;
INSERT INTO programs (
    id, name, name_folded, legal_basis, default_term_months, max_term_months, report_interval_months,
    report_due_days, final_report_due_days, host_duties, sign_off_roles, is_active, version,
    created_at, updated_at
) VALUES (
    'prg_00000000000000000000000000', 'Measured program', 'measured program', 'None', 12, 24, 3, 30,
    60, '[]', 'administrator', TRUE, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'
);
INSERT INTO calls (
    id, program_id, title, title_folded, status, time_zone, closes_local, closes_at, places,
    reserve_places, is_blind, reviews_per_application, normalisation, rubric, eligibility,
    form_version, opened_at, closed_at, review_started_at, version, created_at, updated_at
) VALUES (
    'cal_00000000000000000000000000', 'prg_00000000000000000000000000', 'Measured call',
    'measured call', 'in_review', 'America/New_York', '2026-01-31 12:00:00', '2026-01-31 17:00:00', 100,
    100, FALSE, 2, 'reviewer_mean',
    '[{"key":"impact","title":"Impact","weight":60,"max_points":10,"guidance":null},{"key":"plan","title":"Plan","weight":40,"max_points":10,"guidance":null}]',
    '{}', 1, '2026-01-01 00:00:00', '2026-01-31 17:00:00', '2026-02-01 00:00:00', 3,
    '2026-01-01 00:00:00', '2026-02-01 00:00:00'
);
INSERT INTO call_forms (call_id, version, json_schema, created_at)
VALUES ('cal_00000000000000000000000000', 1, '{"type":"object"}', '2026-01-01 00:00:00');
INSERT INTO applications (
    id, call_id, organization_id, status, title, title_folded, blind_title, blind_title_folded,
    form_version, answers, needs, created_by_kind, created_by_id, submitted_at, version, created_at,
    updated_at
)
SELECT
    'app_0' || @ID@, 'cal_00000000000000000000000000', 'org_0' || @ID@, 'shortlisted',
    'Project number ' || n, 'project number ' || n, 'Project number ' || n, 'project number ' || n, 1,
    '{"objectives":"More trade."}',
    '{"skills":["trade promotion","skill ' || (n % 40) || '"],"languages":[{"language":"es","level":' || (n % 4) || '}],"regions":["region ' || (n % 6) || '"],"starts_on":"2031-09-01"}',
    'user', (SELECT min(id) FROM users), '2026-01-15 00:00:00', 3, '2026-01-10 00:00:00',
    '2026-02-01 00:00:00'
FROM bench_numbers;
INSERT INTO panel_members (call_id, user_id, added_at)
SELECT 'cal_00000000000000000000000000', id, '2026-02-01 00:00:00'
FROM (SELECT id FROM users WHERE id IN (
    SELECT user_id FROM memberships WHERE role IN ('scheduler', 'clearance_officer')
) ORDER BY id LIMIT 2) AS panel;
INSERT INTO reviews (
    id, application_id, call_id, reviewer_id, is_abstention, scores, version, created_at, updated_at
)
SELECT
    'rvw_' || CASE WHEN p.user_id = (SELECT min(user_id) FROM panel_members WHERE call_id = 'cal_00000000000000000000000000') THEN '0' ELSE '1' END || @ID@,
    'app_0' || @ID@, 'cal_00000000000000000000000000', p.user_id, FALSE,
    '{"impact":' || (n % 11) || ',"plan":' || (n % 7) || '}', 1, '2026-02-02 00:00:00',
    '2026-02-02 00:00:00'
FROM bench_numbers, panel_members p WHERE p.call_id = 'cal_00000000000000000000000000';
INSERT INTO officers (id, name, name_folded, grade, is_active, version, created_at, updated_at)
SELECT
    'off_0' || @ID@, 'Officer number ' || n, 'officer number ' || n, 'FS-03', TRUE, 1,
    '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM bench_numbers WHERE n <= 2000;
INSERT INTO officer_traits (officer_id, kind, value, level)
SELECT 'off_0' || @ID@, 'skill', 'skill ' || (n % 40), CAST(NULL AS BIGINT) FROM bench_numbers WHERE n <= 2000
UNION ALL SELECT 'off_0' || @ID@, 'skill', 'trade promotion', NULL FROM bench_numbers WHERE n <= 2000 AND n % 3 = 0
UNION ALL SELECT 'off_0' || @ID@, 'language', 'es', n % 6 FROM bench_numbers WHERE n <= 2000
UNION ALL SELECT 'off_0' || @ID@, 'region', 'region ' || (n % 6), NULL FROM bench_numbers WHERE n <= 2000;
INSERT INTO placements (
    id, program_id, officer_id, organization_id, slot, status, time_zone, starts_on, ends_on,
    starts_at, ends_at, version, created_at, updated_at
)
SELECT
    'plc_0' || @ID@, 'prg_00000000000000000000000000', 'off_0' || @ID@, 'org_0' || @ID@, 1, 'proposed',
    'America/Phoenix', '2031-09-01', '2032-09-01', '2031-09-01 07:00:00', '2032-09-01 07:00:00', 1,
    '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM bench_numbers WHERE n <= 500;
INSERT INTO placement_holds (resource_id, placement_id, starts_on, ends_on)
SELECT 'off_0' || @ID@, 'plc_0' || @ID@, '2031-09-01', '2032-09-01'
FROM bench_numbers WHERE n <= 500;
