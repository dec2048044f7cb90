-- Expand: a column that may be empty, so that the program of the release before still works.
ALTER TABLE "Order" ADD COLUMN "totalCents" INTEGER;
