-- Data only: the schema change was the migration before, the constraint is the one after.
UPDATE "Order"
SET "totalCents" = (
    SELECT COALESCE(SUM("quantity" * "priceCents"), 0)
    FROM "OrderItem"
    WHERE "OrderItem"."orderId" = "Order"."id"
)
WHERE "totalCents" IS NULL;
