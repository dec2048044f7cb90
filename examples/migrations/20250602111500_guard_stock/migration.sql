-- Prisma has no syntax for triggers: they are written by hand into an empty migration.
CREATE TRIGGER "OrderItem_take_stock"
AFTER INSERT ON "OrderItem"
BEGIN
    UPDATE "Product" SET "stock" = "stock" - NEW."quantity" WHERE "id" = NEW."productId";
    SELECT RAISE(ABORT, 'not enough in stock')
    WHERE (SELECT "stock" FROM "Product" WHERE "id" = NEW."productId") < 0;
END;

CREATE TRIGGER "OrderItem_return_stock"
AFTER DELETE ON "OrderItem"
BEGIN
    UPDATE "Product" SET "stock" = "stock" + OLD."quantity" WHERE "id" = OLD."productId";
END;
