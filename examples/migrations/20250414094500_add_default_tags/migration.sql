-- Rows that the application expects to find.
INSERT INTO "Tag" ("name") VALUES ('news'), ('how-to'), ('release; notes');
