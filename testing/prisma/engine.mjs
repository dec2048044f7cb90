// Runs commands of the real Prisma schema engine, one after the other.
//
// Usage: node engine.mjs FOLDER < requests.json > answers.json
//
// FOLDER holds node_modules with @prisma/schema-engine-wasm and the two driver adapters, all of one Prisma version.
// The engine is the WebAssembly build, because it is the only one that npm packages ship: the native engine behind
// `prisma migrate` is downloaded from elsewhere at install time. Known differences of this build: scripts on
// PostgreSQL are split at every `;` (so no function bodies), and a failing script carries no P3018 code.
//
// On SQLite this build takes no lock at all, so that two of them at once apply a migration twice. The native engine sends
// `PRAGMA main.locking_mode=EXCLUSIVE` before it reads and waits 5 s for others; unless a request says `withoutLock`,
// the same is done here for the commands for which it does so.
//
// For SQLite it is @prisma/adapter-libsql and not @prisma/adapter-better-sqlite3: both store the same values, but
// better-sqlite3 downloads or compiles its native part at install time, libsql ships it in npm packages.
//
// Requests: [{ command, provider: "postgresql" | "sqlite", url, migrations: folder, migration?: name,
//              timestampFormat?: "iso8601" | "unixepoch-ms", withoutLock?: boolean, externalTables?: [name] }]
// Answers:  [{ ok: … } or { error: { message, code?, panic? } }]
//
// Every request has an engine and connections of its own, which are closed before the next one, as if it were a
// process of its own; only starting Node.js and compiling the engine is done once.

import { webcrypto } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const require = createRequire(path.join(path.resolve(process.argv[2]), 'package.json'))
const load = (name) => import(pathToFileURL(require.resolve(name)))

// Node 18 has it in a module only.
globalThis.crypto ??= webcrypto

// The engine hands over the message of a panic here before it traps.
let panic
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message(message) {
    panic = message
  },
}

let engines = 0
let SchemaEngine

// An engine that has panicked is not used again: the next one is a new instance, with JavaScript of its own.
async function loadEngine() {
  const glueFile = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const wasm = path.join(path.dirname(glueFile), 'schema_engine_bg.wasm')
  const glue = await import(`${pathToFileURL(glueFile)}?${(engines += 1)}`)
  const { instance } = await WebAssembly.instantiate(await readFile(wasm), {
    './schema_engine_bg.js': glue,
  })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return glue.SchemaEngine
}

// The factory of connections, and a function that closes those it has made.
async function loadAdapter({ command, provider, url, timestampFormat, withoutLock }) {
  const utils = await load('@prisma/driver-adapter-utils')
  let factory
  if (provider === 'postgresql') {
    const { PrismaPg } = await load('@prisma/adapter-pg')
    const parsed = new URL(url)
    const schema = parsed.searchParams.get('schema') ?? undefined
    // In parts: with a connection string the adapter would take the main database for its shadow database.
    const config = {
      host: parsed.hostname,
      port: Number(parsed.port),
      user: decodeURIComponent(parsed.username),
      database: decodeURIComponent(parsed.pathname.slice(1)),
      max: 1,
      application_name: 'prisma',
      // The native engine sets the path itself; the adapter leaves it to its user.
      options: schema && `-c search_path="${schema}"`,
    }
    factory = new PrismaPg(config, { schema })
  } else if (provider === 'sqlite') {
    const { PrismaLibSql } = await load('@prisma/adapter-libsql')
    const locks = !withoutLock && ['deploy', 'resolveApplied', 'resolveRolledBack'].includes(command)
    class Sqlite extends PrismaLibSql {
      createClient(config) {
        return withPlainErrors(super.createClient(config))
      }
      async connect() {
        const connection = await super.connect()
        if (locks) await lockFile(connection)
        return connection
      }
    }
    factory = new Sqlite({ url, timeout: 5000 }, { timestampFormat })
  } else {
    throw new Error(`unknown provider ${provider}`)
  }
  const connections = []
  for (const connect of ['connect', 'connectToShadowDb']) {
    const original = factory[connect].bind(factory)
    factory[connect] = async () => {
      const connection = await original()
      if (provider === 'postgresql') {
        withTypesOfCatalogs(connection.underlyingDriver())
        if (connect === 'connectToShadowDb') endBeforeDrop(connection)
      }
      connections.push(connection)
      return connection
    }
  }
  const close = () => Promise.allSettled(connections.map(async (each) => each.dispose()))
  return { adapter: utils.bindMigrationAwareSqlAdapterFactory(factory), close }
}

// The adapter does not know the types that the catalogs are made of, which the engine reads to find drift.
function withTypesOfCatalogs(pool) {
  const [text, texts] = [25, 1009]
  const types = new Map([[18, text], [19, text], [1002, texts], [1003, texts]])
  const query = pool.query.bind(pool)
  pool.query = async (...parameters) => {
    const result = await query(...parameters)
    for (const field of result.fields ?? []) {
      field.dataTypeID = types.get(field.dataTypeID) ?? field.dataTypeID
    }
    return result
  }
}

// The adapter drops its shadow database while it is still connected to it, which the server refuses.
function endBeforeDrop(connection) {
  const pool = connection.underlyingDriver()
  const end = pool.end.bind(pool)
  const dispose = connection.dispose.bind(connection)
  pool.end = async () => {}
  connection.dispose = async () => {
    await end()
    await dispose()
  }
}

// The driver closes a connection some time after it was told to; the lock goes at once, with the next read.
async function lockFile(connection) {
  await connection.executeScript('PRAGMA main.locking_mode=EXCLUSIVE')
  const dispose = connection.dispose.bind(connection)
  connection.dispose = async () => {
    await connection.executeScript('PRAGMA main.locking_mode=NORMAL; SELECT count(*) FROM sqlite_master')
    await dispose()
  }
}

// The adapter recognises "no such table" at the start of a message only, where libsql puts the name of the error code.
function withPlainErrors(client) {
  const execute = client.execute.bind(client)
  client.execute = (statement) =>
    execute(statement).catch((error) => {
      error.message = error.message.replace(/^SQLITE_[A-Z_]+: /, '')
      throw error
    })
  return client
}

// As the Prisma CLI does it, the order of `localeCompare` included.
async function listMigrations(folder) {
  const read = (...parts) => readFile(path.join(folder, ...parts), 'utf-8')
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  names.sort((a, b) => a.localeCompare(b))
  const migrationDirectories = []
  for (const name of names) {
    const content = await read(name, 'migration.sql').then(
      (value) => ({ tag: 'ok', value }),
      (error) => ({ tag: 'error', value: error.message }),
    )
    migrationDirectories.push({ path: name, migrationFile: { path: 'migration.sql', content } })
  }
  return {
    baseDir: folder,
    lockfile: {
      path: 'migration_lock.toml',
      content: await read('migration_lock.toml').catch(() => null),
    },
    migrationDirectories,
    shadowDbInitScript: '',
  }
}

async function run(engine, request) {
  const migrationsList = await listMigrations(request.migrations)
  const filters = { externalTables: request.externalTables ?? [], externalEnums: [] }
  const migrationName = request.migration
  switch (request.command) {
    case 'diagnose':
      return engine.diagnoseMigrationHistory({
        migrationsList,
        optInToShadowDatabase: false,
        filters,
      })
    case 'deploy':
      return engine.applyMigrations({ migrationsList, filters })
    case 'resolveApplied':
      return engine.markMigrationApplied({ migrationName, migrationsList })
    case 'resolveRolledBack':
      return engine.markMigrationRolledBack({ migrationName })
    case 'devDiagnostic':
      return engine.devDiagnostic({ migrationsList, filters })
    default:
      throw new Error(`unknown command ${request.command}`)
  }
}

async function answer(request) {
  SchemaEngine ??= await loadEngine()
  const datamodel = `datasource db {\n  provider = "${request.provider}"\n}\n`
  const { adapter, close } = await loadAdapter(request)
  panic = undefined
  try {
    const datamodels = [['schema.prisma', datamodel]]
    const engine = await SchemaEngine.new({ datamodels }, () => {}, adapter)
    return { ok: (await run(engine, request)) ?? null }
  } catch (error) {
    if (panic !== undefined) SchemaEngine = undefined
    return { error: { ...error, message: error.message, panic } }
  } finally {
    // A connection that still waits for the migration lock ends with the process.
    await Promise.race([close(), sleep(1000, undefined, { ref: false })])
  }
}

const answers = []
for (const request of JSON.parse(await text(process.stdin))) {
  answers.push(await answer(request))
}
process.stdout.write(JSON.stringify(answers), () => process.exit(0))
