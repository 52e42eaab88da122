DROP TABLE officer_recusals;
DROP TABLE officer_traits;
DROP TABLE officers;
