CREATE TABLE experiments (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE assignments (id INTEGER PRIMARY KEY, experiment_id INTEGER NOT NULL REFERENCES experiments (id));
INSERT INTO experiments (name) VALUES ('checkout'), ('search'), ('dark mode');
INSERT INTO assignments (experiment_id) VALUES (1), (1), (2);
