-- An assembly of 500 jurisdictions whose leaders are all present in an open session, with motions
-- that are ready to be put, in a database that the demo has filled. The leaders have the password of
-- the demo's administrator. The same on both databases; scripts/bench-assemblies puts in what they
-- spell differently: @NUMBERS@ (a query that gives the numbers from 1 to 500 in a column n) and @ID@ (n
-- with zeros before it, 25 digits).
CREATE TEMPORARY TABLE bench_numbers AS @NUMBERS@;
INSERT INTO organizations (id, kind, name, name_folded, country, subdivision, time_zone, version, created_at, updated_at)
SELECT
    'org_0' || @ID@, 'municipality', 'Member number ' || n, 'member number ' || n, 'US', 'AZ',
    'America/Phoenix', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM bench_numbers;
INSERT INTO users (id, email, email_folded, name, name_folded, status, password_hash, version, created_at, updated_at)
SELECT
    'usr_0' || @ID@, 'member-' || n || '@members.example.gov', 'member-' || n || '@members.example.gov',
    'Leader number ' || n, 'leader number ' || n, 'active',
    (SELECT password_hash FROM users JOIN memberships ON user_id = users.id WHERE role = 'administrator' LIMIT 1),
    1, '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM bench_numbers;
INSERT INTO memberships (id, user_id, organization_id, role)
SELECT 'mbr_0' || @ID@, 'usr_0' || @ID@, 'org_0' || @ID@, 'local_leader' FROM bench_numbers;
INSERT INTO assemblies (
    id, name, name_folded, status, time_zone, starts_on, ends_on, starts_at, ends_at, composition,
    regions, quorum, workflow, notice_days, max_proxies, seconds_needed, is_ballot_replaceable,
    last_session_number, last_motion_number, version, created_at, updated_at
)
SELECT
    'asm_00000000000000000000000000', 'Measured assembly', 'measured assembly', 'seated',
    'America/New_York', '2026-01-01', '2096-01-01', '2026-01-01 05:00:00', '2096-01-01 05:00:00',
    composition, '[]', '{"kind":"majority"}', workflow, 0, 2, 1, FALSE, 1, 6, 1, '2026-01-01 00:00:00',
    '2026-01-01 00:00:00'
FROM assemblies ORDER BY id LIMIT 1;
INSERT INTO seats (
    id, assembly_id, organization_id, status, kind, region, starts_on, ends_on, starts_at, ends_at,
    version, created_at, updated_at
)
SELECT
    'sea_0' || @ID@, 'asm_00000000000000000000000000', 'org_0' || @ID@, 'filled', 'municipality', 'AZ',
    '2026-01-01', '2096-01-01', '2026-01-01 05:00:00', '2096-01-01 05:00:00', 1, '2026-01-01 00:00:00',
    '2026-01-01 00:00:00'
FROM bench_numbers;
INSERT INTO seat_occupancies (id, seat_id, capacity, user_id, office, starts_at, started_by_kind, created_at)
SELECT
    'occ_0' || @ID@, 'sea_0' || @ID@, 'holder', 'usr_0' || @ID@, 'Mayor', '2026-01-02 00:00:00',
    'system', '2026-01-02 00:00:00'
FROM bench_numbers;
INSERT INTO assembly_sessions (
    id, assembly_id, number, title, title_folded, status, format, time_zone, starts_local, starts_at,
    ends_at, venue, legal_review, has_quorum, called_at, agenda_published_at, opened_at, version,
    created_at, updated_at
) VALUES (
    'ses_00000000000000000000000000', 'asm_00000000000000000000000000', 1, 'Measured session',
    'measured session', 'open', 'in_person', 'America/New_York', '2026-06-01 10:00:00',
    '2026-06-01 14:00:00', '2026-06-01 22:00:00', 'Hall', 'not_needed', TRUE, '2026-05-01 00:00:00',
    '2026-05-10 00:00:00', '2026-06-01 14:00:00', 4, '2026-04-01 00:00:00', '2026-06-01 14:00:00'
);
INSERT INTO session_presences (id, session_id, seat_id, user_id, capacity, starts_at, started_by_kind)
SELECT
    'prs_0' || @ID@, 'ses_00000000000000000000000000', 'sea_0' || @ID@, 'usr_0' || @ID@, 'holder',
    '2026-06-01 14:00:00', 'system'
FROM bench_numbers;
INSERT INTO motions (
    id, assembly_id, session_id, number, title, title_folded, text, text_version, status,
    mover_seat_id, moved_by, moved_at, created_by_kind, version, created_at, updated_at
)
SELECT
    'mot_0' || @ID@, 'asm_00000000000000000000000000', 'ses_00000000000000000000000000', n,
    'Motion number ' || n, 'motion number ' || n, 'Resolved.', 1, 'seconded', 'sea_0' || @ID@,
    'usr_0' || @ID@, '2026-06-01 14:30:00', 'user', 3, '2026-06-01 14:20:00', '2026-06-01 14:40:00'
FROM bench_numbers WHERE n <= 6;
INSERT INTO motion_texts (motion_id, version, title, text, actor_kind, created_at)
SELECT 'mot_0' || @ID@, 1, 'Motion number ' || n, 'Resolved.', 'system', '2026-06-01 14:20:00'
FROM bench_numbers WHERE n <= 6;
DROP TABLE bench_numbers;
