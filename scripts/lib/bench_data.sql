-- 50,000 briefings, each with a briefer and a registration, in a database that the demo has filled.
-- The same on both databases; scripts/bench puts in what they spell differently: @NUMBERS@ (a query
-- that gives the numbers from 1 to 50000 in a column n), @STARTS@ and @ENDS@ (an hour of 2031 and
-- the next), @ID@ (n with zeros before it, 25 digits).
CREATE TEMPORARY TABLE bench_numbers AS @NUMBERS@;
INSERT INTO briefings (
    id, title, title_folded, topic, marking, status, format, time_zone, starts_local, starts_at,
    ends_local, ends_at, capacity, audience, next_place, published_at, version, created_at, updated_at
)
SELECT
    'brf_0' || @ID@,
    'Briefing number ' || n, 'briefing number ' || n, 'trade', 'official_use', 'published', 'virtual',
    'America/Phoenix', @STARTS@, @STARTS@, @ENDS@, @ENDS@, 25, 'everyone', 2,
    '2026-01-01 00:00:00', 3, '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM bench_numbers;
INSERT INTO briefing_briefers (briefing_id, briefer_id)
SELECT id, (SELECT min(id) FROM briefers) FROM briefings WHERE title_folded LIKE 'briefing number %';
INSERT INTO registrations (
    id, briefing_id, organization_id, attendee_name, attendee_email, attendee_email_folded, status,
    place, seat, version, created_at, updated_at
)
SELECT
    'reg_' || substr(id, 5), id, (SELECT min(id) FROM organizations), 'Someone',
    'someone@example.gov', 'someone@example.gov', 'confirmed', 1, 1, 1,
    '2026-01-01 00:00:00', '2026-01-01 00:00:00'
FROM briefings WHERE title_folded LIKE 'briefing number %';
