//! Migrations of a Prisma project that grew over years, made by rule: the same in every run.

use std::fmt::Write as _;

/// Every so many migrations make a table; the others change those there are.
const PERIOD: usize = 5;

/// Names and scripts of so many migrations, in order.
pub(crate) fn migrations(count: usize) -> Vec<(String, String)> {
    (0..count).map(|index| (format!("2025{index:010}_change"), script(index))).collect()
}

/// One script of about so many bytes that makes and changes tables.
pub(crate) fn changes(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 2_000);
    let scripts = (0..).map(script);
    for script in scripts {
        text.push_str(&script);
        if text.len() >= bytes {
            break;
        }
    }
    text
}

/// One script of about so many bytes that fills a table.
pub(crate) fn rows(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 2_000);
    let mut index = 0;
    while text.len() < bytes {
        text.push_str("INSERT INTO \"Country\" (\"id\", \"code\", \"name\", \"active\") VALUES\n");
        for row in 0..20 {
            index += 1;
            let end = if row == 19 { ";\n" } else { "," };
            let _ =
                writeln!(text, "  ({index}, 'c-{index}', 'The name of number {index}', true){end}");
        }
    }
    text
}

/// A table that a migration before this one made.
fn table(index: usize, salt: usize) -> usize {
    // Coprime to the period, so that all tables get their turn.
    let made = index / PERIOD;
    if made == 0 { 0 } else { (index * 7_919 + salt * 104_729) % made }
}

fn script(index: usize) -> String {
    let (a, b) = (table(index, 1), table(index, 2));
    match index % (2 * PERIOD) {
        0 | 5 => create_table(index / PERIOD, a, b),
        1 => format!(
            "-- AlterTable\nALTER TABLE \"Model{a}\" ADD COLUMN     \"note{index}\" TEXT,\n\
             ADD COLUMN     \"limit{index}\" INTEGER NOT NULL DEFAULT 0;\n"
        ),
        2 => format!(
            "-- CreateIndex\nCREATE INDEX \"Model{a}_status_{index}_idx\" ON \"Model{a}\"(\"status\", \"createdAt\" DESC);\n"
        ),
        3 => format!(
            "-- CreateEnum\nCREATE TYPE \"Kind{index}\" AS ENUM ('BASIC', 'EXTENDED', 'OTHER');\n\n\
             -- AlterTable\nALTER TABLE \"Model{a}\" ADD COLUMN     \"kind{index}\" \"Kind{index}\" NOT NULL DEFAULT 'BASIC';\n"
        ),
        4 => format!(
            "/*\n  Warnings:\n\n  - You are about to drop the column `title` on the `Model{a}` table. All the data in the \
             column will be lost.\n\n*/\n-- AlterTable\nALTER TABLE \"Model{a}\" DROP COLUMN \"title\",\n\
             ADD COLUMN     \"heading{index}\" TEXT;\n"
        ),
        6 => format!(
            "-- DropForeignKey\nALTER TABLE \"Model{a}\" DROP CONSTRAINT IF EXISTS \"Model{a}_ownerId_fkey\";\n\n\
             -- AddForeignKey\nALTER TABLE \"Model{a}\" ADD CONSTRAINT \"Model{a}_ownerId_fkey{index}\" FOREIGN KEY \
             (\"ownerId\") REFERENCES \"Model{b}\"(\"id\") ON DELETE CASCADE ON UPDATE CASCADE;\n"
        ),
        7 => format!(
            "-- AlterTable\nALTER TABLE \"Model{a}\" ALTER COLUMN \"amount\" SET DATA TYPE BIGINT,\n\
             ALTER COLUMN \"status\" SET DEFAULT 'open';\n\n\
             -- CreateIndex\nCREATE UNIQUE INDEX \"Model{a}_code_{index}_key\" ON \"Model{a}\"(\"code\");\n"
        ),
        8 => format!(
            "-- Fill the column before it is required.\nUPDATE \"Model{a}\" SET \"status\" = 'open' WHERE \"status\" IS NULL \
             AND \"createdAt\" < now() - interval '1 day';\n\n\
             -- AlterTable\nALTER TABLE \"Model{a}\" ALTER COLUMN \"status\" SET NOT NULL;\n"
        ),
        _ => format!(
            "-- RenameIndex\nALTER INDEX \"Model{a}_email_idx\" RENAME TO \"Model{a}_email_{index}_idx\";\n\n\
             -- DropIndex\nDROP INDEX IF EXISTS \"Model{b}_code_idx\";\n"
        ),
    }
}

fn create_table(number: usize, a: usize, b: usize) -> String {
    format!(
        "-- CreateTable\nCREATE TABLE \"Model{number}\" (\n    \"id\" TEXT NOT NULL,\n    \"code\" TEXT NOT NULL,\n    \
         \"email\" TEXT,\n    \"title\" VARCHAR(200),\n    \"status\" TEXT DEFAULT 'new',\n    \"amount\" INTEGER NOT NULL \
         DEFAULT 0,\n    \"rate\" DECIMAL(65,30) NOT NULL DEFAULT 0.0,\n    \"tags\" TEXT[] DEFAULT ARRAY[]::TEXT[],\n    \
         \"metadata\" JSONB NOT NULL DEFAULT '{{}}',\n    \"ownerId\" TEXT NOT NULL,\n    \"parentId\" TEXT,\n    \"createdAt\" \
         TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,\n    \"updatedAt\" TIMESTAMP(3) NOT NULL,\n\n    CONSTRAINT \
         \"Model{number}_pkey\" PRIMARY KEY (\"id\")\n);\n\n\
         -- CreateIndex\nCREATE INDEX \"Model{number}_email_idx\" ON \"Model{number}\"(\"email\");\n\n\
         -- CreateIndex\nCREATE INDEX \"Model{number}_code_idx\" ON \"Model{number}\"(\"code\");\n\n\
         -- AddForeignKey\nALTER TABLE \"Model{number}\" ADD CONSTRAINT \"Model{number}_ownerId_fkey\" FOREIGN KEY \
         (\"ownerId\") REFERENCES \"Model{a}\"(\"id\") ON DELETE RESTRICT ON UPDATE CASCADE;\n\n\
         -- AddForeignKey\nALTER TABLE \"Model{number}\" ADD CONSTRAINT \"Model{number}_parentId_fkey\" FOREIGN KEY \
         (\"parentId\") REFERENCES \"Model{b}\"(\"id\") ON DELETE SET NULL ON UPDATE CASCADE;\n\n"
    )
}
