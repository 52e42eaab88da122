-- Events that the city's system is told of, all about one event request, in the journal of a database
-- that the demo has filled. The same on both databases; scripts/bench-webhooks puts in what differs:
-- @NUMBERS@ (a query that gives the numbers from 1 on in a column n), @ID@ (n with zeros before it,
-- 25 digits), @REQUEST@ (the id of the request), @NOW@ (the time).
INSERT INTO events (
    id, kind, occurred_at, actor_kind, actor_id, organization_id, subject_kind, subject_id,
    subject_version, marking, payload, shared, request_id
)
SELECT
    'evt_0' || @ID@, 'event_request.updated', '@NOW@', 'system', NULL, organization_id,
    'event_request', id, n + 1, marking, '{"title":["Trade summit","Phoenix Trade Summit"]}',
    '{"id":"' || id || '","reference":null,"external_ref":"PHX-4711","status":"draft","version":2}',
    'bench'
FROM event_requests CROSS JOIN (@NUMBERS@) AS numbers
WHERE id = '@REQUEST@';
