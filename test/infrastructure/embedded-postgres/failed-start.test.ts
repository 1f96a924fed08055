import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Client } from 'pg'
import {
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { openStorage } from '../../../src/storage.ts'
import { postmasterOn } from '../../postmaster.ts'
import { releasing } from '../../releasing.ts'
import { aConfig } from '../../served.ts'

const onlyOnUnix = process.platform === 'win32' ? describe.skip : describe

const message = (starting: Promise<unknown>) =>
  starting.then(
    () => expect.fail('it started'),
    (error: unknown) => (error as Error).message,
  )

onlyOnUnix('A start of the embedded PostgreSQL that fails', () => {
  const hold = releasing()
  const ofAll = releasing((release) => after(release))
  const outerTmpdir = process.env['TMPDIR']
  const temporary = tmpdir()
  let template = ''
  let folder = ''
  let dataDir = ''

  const aFolder = (whose: typeof hold) => {
    const made = mkdtempSync(join(temporary, 'embedded-test-'))
    chmodSync(made, 0o755)
    return whose(made, (path) => rmSync(path, { recursive: true, force: true, maxRetries: 20 }))
  }

  before(async () => {
    template = aFolder(ofAll)
    const storage = await openStorage(aConfig({ DATA_DIR: template }), () => {})
    await storage.close()
  })

  beforeEach(() => {
    folder = aFolder(hold)
    dataDir = join(folder, 'postgres')
    execFileSync('cp', ['-a', join(template, 'postgres'), dataDir])
    // Socket folders are made here, and nothing else.
    process.env['TMPDIR'] = join(folder, 'temporary')
    mkdirSync(join(folder, 'temporary'))
    hold(outerTmpdir, (value) => {
      if (value === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = value
    })
  })

  const start = async (options: Partial<EmbeddedPostgresOptions> = {}) =>
    hold(await startEmbeddedPostgres({ dataDir, durability: 'none', ...options }), ({ stop }) => stop())
  const open = async (config = {}) =>
    hold(await openStorage(aConfig({ DATA_DIR: folder, ...config }), () => {}), ({ close }) => close())

  /** Asks the server on the data folder, which is started for that. */
  const inDatabase = async (database: string, sql: string) => {
    const { host, port, user, stop } = await start()
    const client = new Client({ host, port, user, database })
    await client.connect()
    await client.query(sql)
    await client.end()
    await stop()
  }

  /** Whoever asks is refused. */
  const closeDoor = () => {
    const path = join(dataDir, 'pg_hba.conf')
    const rules = readFileSync(path)
    writeFileSync(path, 'local all all reject\n')
    return () => writeFileSync(path, rules)
  }

  /** A lock file may be: that of a PostgreSQL which has aborted names a dead process, and does not stop the next. */
  const expectNothingLeft = async () => {
    expect(readdirSync(tmpdir()), 'no socket folder').to.deep.equal([])
    const working = readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir)
      } catch {
        return false
      }
    })
    expect(working, 'no process').to.deep.equal([])
  }

  const startsAfterwards = async () => expect(await (await open()).health.migrations()).to.equal(true)

  it('because of a setting that PostgreSQL does not take, leaves nothing behind', async () => {
    expect(await message(start({ settings: { shared_buffers: 'plenty' } }))).to.include('shared_buffers')
    await expectNothingLeft()
    await startsAfterwards()
  })

  it('because nobody is let in, leaves nothing behind', async () => {
    const openDoor = closeDoor()
    expect(await message(start({ patience: 1_500 }))).to.include('did not answer')
    await expectNothingLeft()
    openDoor()
    await startsAfterwards()
  })

  it('because its log cannot be written, leaves nothing behind', async () => {
    rmSync(join(dataDir, 'server.log'))
    mkdirSync(join(dataDir, 'server.log'))
    expect(await message(start())).to.include('server.log')
    await expectNothingLeft()
    rmSync(join(dataDir, 'server.log'), { recursive: true })
    await startsAfterwards()
  })

  it('because its control file is damaged, leaves nothing behind', async () => {
    const path = join(dataDir, 'global', 'pg_control')
    const whole = readFileSync(path)
    writeFileSync(path, '')
    expect(await message(start())).to.include('pg_control')
    await expectNothingLeft()
    writeFileSync(path, whole)
    await startsAfterwards()
  })

  it('because our database cannot be entered, leaves nothing behind', async () => {
    await inDatabase('postgres', 'alter database messenger allow_connections false')
    expect(await message(open())).to.include('not currently accepting connections')
    await expectNothingLeft()
    await inDatabase('postgres', 'alter database messenger allow_connections true')
    await startsAfterwards()
  })

  it('because our database cannot be made, leaves nothing behind', async () => {
    await inDatabase('postgres', 'drop database messenger')
    await inDatabase('postgres', 'alter database template1 is_template false')
    await inDatabase('postgres', 'alter database template1 rename to another')
    expect(await message(open())).to.include('template1')
    await expectNothingLeft()
    await inDatabase('postgres', 'alter database another rename to template1')
    await startsAfterwards()
  })

  it('because a newer version has migrated it, leaves nothing behind', async () => {
    const newer = `'Migration29990101000000_hoverboards'`
    await inDatabase('messenger', `insert into mikro_orm_migrations (name) values (${newer})`)
    expect(await message(open())).to.include('newer than this service')
    await expectNothingLeft()
    await inDatabase('messenger', `delete from mikro_orm_migrations where name = ${newer}`)
    await startsAfterwards()
  })

  it('leaves alone a server that another start has taken over meanwhile', async () => {
    const server = await start()
    expect(await message(start())).to.include('in use by another')
    expect(existsSync(server.host)).to.equal(true)
    expect(postmasterOn(dataDir)?.pid).to.equal(server.pid)
  })
})
