import { expect } from 'chai'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { readableCopy } from '../../../src/infrastructure/embedded-postgres/binaries-copy.ts'
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../../../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { isAlive } from '../../../src/infrastructure/embedded-postgres/pid-file.ts'
import { goal } from '../../goal.ts'
import { abandonPostgres } from '../../postmaster.ts'
import { until } from '../../until.ts'

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
const onlyAsRoot = isRoot ? it : it.skip
const onlyOnUnix = process.platform === 'win32' ? describe.skip : describe

interface Told {
  readonly pid: number
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly attached: boolean
  readonly code?: string
  readonly message?: string
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    return process.platform !== 'linux' && (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

const rejection = async (promise: Promise<unknown>): Promise<Error & { code?: string; dataDir?: string }> =>
  promise.then(
    () => expect.fail('it did not reject'),
    (error: unknown) => error as Error,
  )

onlyOnUnix('The embedded PostgreSQL', () => {
  let folder = ''
  let dataDir = ''
  let template = ''
  let usersBefore = ''
  const temporary = tmpdir()
  const outerTmpdir = process.env['TMPDIR']
  const servers = new Set<Told>()
  const children = new Set<ChildProcess>()

  // A run that is broken off waits for nothing.
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL')
    for (const data of new Set([...[...servers].map((server) => server.dataDir), dataDir, template]))
      abandonPostgres(data)
    for (const path of [folder, dirname(template)])
      if (path.startsWith(temporary)) rmSync(path, { recursive: true, force: true, maxRetries: 20 })
  })

  const start = async (options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dataDir, durability: 'none', ...options })
    servers.add(server)
    return server
  }

  const anOwner = async (
    options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
    durability = 'none',
  ) => {
    const script = fileURLToPath(new URL('embedded-postgres-owner.ts', import.meta.url))
    const child = spawn(process.execPath, [script, dataDir, durability], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      ...options,
    })
    children.add(child)
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const told = JSON.parse(line) as Told
    if (told.code === undefined && told.message === undefined) servers.add(told)
    return { child, told }
  }

  const query = async (server: Told | EmbeddedPostgres, sql: string): Promise<readonly Record<string, unknown>[]> => {
    const { host, port } = server
    const client = new pg.Client({ host, port, user: 'postgres', database: 'postgres' })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }

  const write = (server: Told | EmbeddedPostgres, text: string) =>
    query(server, `CREATE TABLE IF NOT EXISTS kept(text text); INSERT INTO kept VALUES ('${text}')`)
  const kept = async (server: Told | EmbeddedPostgres) =>
    (await query(server, 'SELECT text FROM kept ORDER BY text')).map(({ text }) => text)

  const kill = async (pid: number): Promise<void> => {
    process.kill(pid, 'SIGKILL')
    await until(() => !isRunning(pid))
  }

  /** A copy of a cluster made once; the tests of first starts do without. */
  const aDataFolder = (): void => void execFileSync('cp', ['-a', template, dataDir])

  before(async () => {
    usersBefore = readFileSync('/etc/passwd', 'utf8')
    template = join(mkdtempSync(join(temporary, 'embedded-test-')), 'template')
    chmodSync(dirname(template), 0o755)
    await (await startEmbeddedPostgres({ dataDir: template, durability: 'none' })).stop()
  })

  beforeEach(() => {
    folder = mkdtempSync(join(temporary, 'embedded-test-'))
    chmodSync(folder, 0o755)
    dataDir = join(folder, 'data')
    process.env['TMPDIR'] = join(folder, 'temporary')
    mkdirSync(join(folder, 'temporary'))
  })

  afterEach(async () => {
    if (outerTmpdir === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = outerTmpdir
    for (const child of children) child.kill('SIGKILL')
    for (const { pid, host, dataDir: data } of servers) {
      const file = join(data, 'postmaster.pid')
      if (existsSync(file) && readFileSync(file, 'utf8').startsWith(`${pid}\n`) && isRunning(pid)) await kill(pid)
      rmSync(host, { recursive: true, force: true })
      rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    }
    children.clear()
    servers.clear()
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  })

  after(() => {
    rmSync(dirname(template), { recursive: true, force: true })
    expect(readFileSync('/etc/passwd', 'utf8'), 'no users are made').to.equal(usersBefore)
  })

  it('starts on a folder that does not exist, stops, starts again and still has the data', async () => {
    dataDir = join(folder, 'not', 'there', 'yet')
    const cold = await start({ durability: 'full' })
    expect(cold).to.include({ user: 'postgres', dataDir, attached: false })
    await write(cold, 'hello')
    await Promise.all([cold.stop(), cold.stop()])
    expect(isRunning(cold.pid)).to.equal(false)
    expect(existsSync(cold.host)).to.equal(false)
    expect(readdirSync(dirname(dataDir))).to.deep.equal([basename(dataDir)])

    const warm = await start({ durability: 'full' })
    expect(warm.attached).to.equal(false)
    expect(await kept(warm)).to.deep.equal(['hello'])
    await warm.stop()
  })

  it('keeps its promises about settings: durable unless told otherwise, off the network, sorted by code point', async () => {
    const show = async (server: EmbeddedPostgres, name: string) =>
      Object.values((await query(server, `SHOW ${name}`))[0] ?? {})[0]
    aDataFolder()
    const server = await start({ durability: 'full', settings: { max_connections: '33', listen_addresses: '*' } })
    expect(await show(server, 'fsync')).to.equal('on')
    expect(await show(server, 'synchronous_commit')).to.equal('on')
    expect(await show(server, 'full_page_writes')).to.equal('on')
    expect(await show(server, 'max_connections')).to.equal('33')
    expect(await show(server, 'shared_buffers')).to.equal('64MB')
    expect(await show(server, 'listen_addresses')).to.equal('')
    expect(statSync(server.host).mode & 0o777).to.equal(0o700)
    expect(await query(server, `SELECT 'Z' < 'a' AND 'a' < 'Ä' AND lower('Ä') = 'ä' AS sorted`)).to.deep.equal([
      { sorted: true },
    ])
    await server.stop()
  })

  it('makes a database once, however many ask at the same time', async () => {
    aDataFolder()
    const server = await start()
    await Promise.all(Array.from({ length: 5 }, () => ensureDatabase(server, 'a "quoted" name')))
    await ensureDatabase(server, 'a "quoted" name')
    expect(await query(server, `SELECT FROM pg_database WHERE datname = 'a "quoted" name'`)).to.have.length(1)
    await server.stop()
  })

  it('has every committed row when the server and its owner were killed', async () => {
    aDataFolder()
    const { child, told: killed } = await anOwner({}, 'full')
    await write(killed, 'committed')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await kill(killed.pid)
    const next = await start({ durability: 'full' })
    expect(next.attached).to.equal(false)
    expect(await kept(next)).to.deep.equal(['committed'])
    expect(existsSync(killed.host), 'the dead server’s socket folder is removed').to.equal(false)
    await next.stop()
  })

  it('is started again at the same address when it was killed, with every committed row, and stops for good', async () => {
    aDataFolder()
    const failures: Error[] = []
    const server = await start({ durability: 'full', onFailure: (error) => failures.push(error) })
    await write(server, 'committed')
    const { pid } = server
    await kill(pid)
    await until(() => server.pid !== pid)
    expect(await kept(server)).to.deep.equal(['committed'])
    expect(await rejection(start())).to.include({ code: 'EMBEDDED_IN_USE' })
    expect(failures.map(({ message }) => message)).to.deep.equal([
      'the embedded PostgreSQL has ended, and nobody here asked it to',
    ])
    await server.stop()
    expect(isRunning(server.pid)).to.equal(false)
    expect(readdirSync(tmpdir())).to.deep.equal([])
  })

  it('takes over, with its data, the server whose owner was killed', async () => {
    aDataFolder()
    const { child, told } = await anOwner()
    await write(told, 'hello')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const began = performance.now()
    const server = await start()
    expect(performance.now() - began).to.be.below(goal(2_000))
    expect(server).to.include({ attached: true, pid: told.pid, host: told.host })
    expect(await kept(server)).to.deep.equal(['hello'])
    await server.stop()
    expect(isRunning(told.pid)).to.equal(false)
    expect(existsSync(told.host)).to.equal(false)
  })

  it('outlives a Ctrl-C that its owner does not survive', async () => {
    aDataFolder()
    const { child, told } = await anOwner()
    process.kill(-(child.pid ?? 0), 'SIGINT')
    await once(child, 'exit')
    await sleep(100)
    expect(isRunning(told.pid)).to.equal(true)
    await (await start()).stop()
    expect(isRunning(told.pid)).to.equal(false)
  })

  it('lets its owner’s process end by itself once the server is stopped', async () => {
    aDataFolder()
    const { child, told } = await anOwner()
    child.stdin.end()
    expect(await once(child, 'exit')).to.deep.equal([0, null])
    expect(isRunning(told.pid)).to.equal(false)
  })

  it('refuses a second owner, from this process or another, and says what to do', async () => {
    aDataFolder()
    const server = await start()
    const error = await rejection(start({ durability: 'full' }))
    expect(error).to.include({ code: 'EMBEDDED_IN_USE', dataDir })
    expect(error.message).to.include(dataDir).and.include('DATA_DIR').and.include('DATABASE_URL')
    expect((await anOwner()).told.code).to.equal('EMBEDDED_IN_USE')
    await write(server, 'unharmed')
    await server.stop()
  })

  it('still refuses a second owner after a crash inside the server has ended every session', async () => {
    aDataFolder()
    const server = await start()
    const holder = async () =>
      (await query(server, `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted`))[0]?.['pid']
    const owner = Number(await holder())
    process.kill(owner, 'SIGKILL')
    // Until PostgreSQL has recovered it refuses everybody.
    await until(() =>
      holder().then(
        (pid) => pid !== undefined && pid !== owner,
        () => false,
      ),
    )
    expect(await rejection(start({ durability: 'full' }))).to.include({ code: 'EMBEDDED_IN_USE' })
    await server.stop()
  })

  it('settles simultaneous first starts: one owner, the others refused, the data whole', async () => {
    const all = await Promise.all([anOwner(), anOwner(), anOwner()])
    const owners = all.filter(({ told }) => told.code === undefined)
    expect(owners, all.map(({ told }) => told.message).join('\n')).to.have.length(1)
    expect(all.filter(({ told }) => told.code === 'EMBEDDED_IN_USE')).to.have.length(2)
    const [owner] = owners
    if (owner === undefined) return
    await write(owner.told, 'whole')
    owner.child.stdin.end()
    await once(owner.child, 'exit')
    expect(readdirSync(folder).sort()).to.deep.equal(['data', 'temporary'])
    const next = await start()
    expect(await kept(next)).to.deep.equal(['whole'])
    await next.stop()
  })

  it('is not hindered by a leftover process id that now belongs to another program, nor harms that program', async () => {
    aDataFolder()
    const first = await start()
    await write(first, 'hello')
    await first.stop()
    const other = spawn('sleep', ['60'], { stdio: 'ignore', ...(isRoot ? nobody : {}) })
    children.add(other)
    const file = join(dataDir, 'postmaster.pid')
    for (const leftover of [`${other.pid}\n${dataDir}\n1790000000\n5432\n/tmp/mpg-gone\n\n`, `${process.pid}\n`]) {
      writeFileSync(file, leftover)
      if (isRoot) chownSync(file, nobody.uid, nobody.gid)
      const next = await start()
      expect(await kept(next)).to.deep.equal(['hello'])
      await next.stop()
    }
    expect(other.exitCode ?? other.signalCode).to.equal(null)
  })

  it('is not hindered by the process id of a PostgreSQL that serves another folder, nor harms that one', async () => {
    aDataFolder()
    const other = await start()
    const own = dataDir
    dataDir = join(folder, 'another')
    aDataFolder()
    writeFileSync(join(dataDir, 'postmaster.pid'), readFileSync(join(own, 'postmaster.pid')))
    if (isRoot) chownSync(join(dataDir, 'postmaster.pid'), nobody.uid, nobody.gid)
    const { host } = other
    const server = await start()
    expect(server.pid).not.to.equal(other.pid)
    await write(server, 'here')
    await server.stop()
    expect(existsSync(host), 'the other’s socket').to.equal(true)
    await write(other, 'there')
    expect(await kept(other)).to.deep.equal(['there'])
    await other.stop()
  })

  it('takes a dead process for dead, even when its parent does not collect it', async function () {
    if (process.platform !== 'linux') return this.skip()
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
    children.add(parent)
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
    await until(() => /\) Z/.test(readFileSync(`/proc/${line}/stat`, 'utf8')))
    expect(() => process.kill(Number(line), 0), 'it answers to signals').not.to.throw()
    expect(isAlive(Number(line))).to.equal(false)
    expect(isAlive(parent.pid ?? 0)).to.equal(true)
  })

  it('says why, with the words of PostgreSQL, when the server does not start', async () => {
    aDataFolder()
    const error = await rejection(start({ settings: { shared_buffers: 'plenty' } }))
    expect(error.message).to.include(dataDir).and.include('shared_buffers')
    expect(readdirSync(tmpdir()), 'no socket folder stays behind').to.deep.equal([])
  })

  it('leaves alone a folder with other files, and data of another PostgreSQL', async () => {
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'letters.txt'), 'dear')
    expect((await rejection(start())).message).to.include('not a PostgreSQL database')
    writeFileSync(join(dataDir, 'PG_VERSION'), '9\n')
    expect((await rejection(start())).message)
      .to.include('made by PostgreSQL 9')
      .and.include('DATABASE_URL')
    expect(readdirSync(dataDir).sort()).to.deep.equal(['PG_VERSION', 'letters.txt'])
  })

  onlyAsRoot('runs as nobody when Node runs as root, with the data its own', async () => {
    aDataFolder()
    const server = await start()
    expect(statSync(`/proc/${server.pid}`).uid).to.equal(nobody.uid)
    expect(statSync(dataDir).uid).to.equal(nobody.uid)
    await server.stop()
  })

  onlyAsRoot('runs as the ordinary user who starts it, and keeps that owner when root starts it later', async () => {
    const [, uid, gid] = /^daemon:[^:]*:(\d+):(\d+)/m.exec(usersBefore) ?? ['', '65534', '65534']
    const someone = { uid: Number(uid), gid: Number(gid) }
    chownSync(folder, someone.uid, someone.gid)
    chmodSync(folder, 0o700)
    const { child, told } = await anOwner({ ...someone, env: { TMPDIR: folder } })
    expect(told.message).to.equal(undefined)
    expect(told.host.startsWith(folder)).to.equal(true)
    expect(statSync(`/proc/${told.pid}`).uid).to.equal(someone.uid)
    await write(told, 'mine')
    child.stdin.end()
    await once(child, 'exit')

    const asRoot = await start()
    expect(await kept(asRoot)).to.deep.equal(['mine'])
    expect(asRoot.dataDir).to.equal(dataDir)
    expect(statSync(dataDir).uid).to.equal(someone.uid)
    await asRoot.stop()
  })

  onlyAsRoot('puts the data where it can be reached when its folder lies in root’s own, and says where', async () => {
    chmodSync(folder, 0o700)
    const lines: string[] = []
    const server = await start({ log: (line) => lines.push(line) })
    expect(server.dataDir).to.match(/^\/var\/lib\/messenger-[0-9a-f]{12}$/)
    expect(lines.join('\n')).to.include(dataDir).and.include(server.dataDir)
    await write(server, 'hello')
    await server.stop()
    chmodSync(folder, 0o755)
    const again = await start()
    expect(await kept(again), 'the same data once the folder is open').to.deep.equal(['hello'])
    await again.stop()
  })

  describe('when its programs cannot be run where they are installed', () => {
    const version = `0.0.0-test-${process.pid}`
    let native = ''

    beforeEach(() => {
      native = join(folder, 'closed', 'native')
      mkdirSync(join(native, 'bin'), { recursive: true, mode: 0o700 })
      writeFileSync(join(native, 'bin', 'postgres'), '', { mode: 0o700 })
      writeFileSync(join(native, 'library.so.1'), '', { mode: 0o600 })
      const link = { source: 'native/library.so.1', target: 'native/bin/library.so' }
      writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify([link]))
    })

    it('runs a copy that everybody can read, with the links its libraries need, made once', () => {
      const copy = readableCopy(native, version, isRoot ? nobody : undefined)
      expect(dirname(copy)).to.equal(join(folder, 'temporary'))
      expect(statSync(join(copy, 'bin', 'postgres')).mode & 0o777).to.equal(0o755)
      expect(statSync(join(copy, 'library.so.1')).mode & 0o777).to.equal(0o644)
      expect(readlinkSync(join(copy, 'bin', 'library.so'))).to.equal('../library.so.1')
      const { ino } = lstatSync(copy)
      expect(readableCopy(native, version, undefined)).to.equal(copy)
      expect(lstatSync(copy).ino).to.equal(ino)
    })

    it('repairs a copy from which a cleaner of temporary files has taken something', () => {
      const copy = readableCopy(native, version, undefined)
      rmSync(join(copy, 'library.so.1'))
      expect(readableCopy(native, version, undefined)).to.equal(copy)
      expect(existsSync(join(copy, 'library.so.1'))).to.equal(true)
      expect(readdirSync(dirname(copy))).to.deep.equal([basename(copy)])
    })

    onlyAsRoot('runs nothing from a copy that somebody else has put there', () => {
      const planted = readableCopy(native, version, undefined)
      chownSync(planted, nobody.uid, nobody.gid)
      const copy = readableCopy(native, version, undefined)
      rmSync(copy, { recursive: true })
      expect(copy).not.to.equal(planted)
    })
  })
})
