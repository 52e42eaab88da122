DROP TABLE seat_occupancies;
DROP TABLE seats;
DROP TABLE assemblies;
