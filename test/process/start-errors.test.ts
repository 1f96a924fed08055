import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { aFreePort } from '../free-port.ts'
import { releasing } from '../releasing.ts'
import { aDataFolder, cleanUp, onlyOnLinux, postgresOn, root, start } from './server-process.ts'

onlyOnLinux('The service, when it cannot start', function () {
  this.timeout(60_000)
  const hold = releasing()
  afterEach(cleanUp)

  const aTakenPort = async () => {
    const occupant = hold(createServer().listen(0, '127.0.0.1'), (server) => server.close())
    await once(occupant, 'listening')
    return String((occupant.address() as AddressInfo).port)
  }

  for (const [what, variables, sentence] of [
    [
      'its port is taken',
      async () => ({ PORT: await aTakenPort() }),
      /PORT \d+ is taken on 127.0.0.1: stop .*, or set/,
    ],
    ['its host is not ours', async () => ({ HOST: '192.0.2.1' }), /HOST 192.0.2.1 is not an address of .*: set/],
    ['its host is nowhere', async () => ({ HOST: 'nowhere.invalid' }), /HOST nowhere.invalid is no address .*: set/],
    [
      'its database refuses',
      async () => ({ DATABASE_URL: `postgres://u:hunter2@127.0.0.1:${await aFreePort()}/x` }),
      /DATABASE_URL: nothing listens at 127.0.0.1:\d+: start PostgreSQL there, or correct/,
    ],
    ['its data folder cannot be made', async () => ({ DATA_DIR: '/proc/nope' }), /DATA_DIR cannot be used.*: choose/],
    [
      'its data folder is below a file',
      async () => ({ DATA_DIR: '/proc/version/x' }),
      /DATA_DIR cannot be used.*: choose/,
    ],
  ] as const)
    it(`says so in one sentence, before a database is started, and exits with 1: ${what}`, async () => {
      const server = start(await variables())
      expect(await server.exit).to.deep.equal({ code: 1, signal: null, stderr: '' })
      expect(server.logs.map(({ level }) => level)).to.deep.equal([60])
      expect(server.logs[0]?.msg)
        .to.match(/^could not start: /)
        .and.match(sentence)
      expect(JSON.stringify(server.logs)).not.to.match(/stack|node:|\\n|hunter2/)
      expect(postgresOn(server.dataDir)).to.deep.equal([])
      if (!server.dataDir.startsWith('/proc')) expect(readdirSync(server.dataDir)).to.deep.equal([])
    })

  it('says where in the code, too, to who looks for a defect', async () => {
    const server = start({ PORT: await aTakenPort(), LOG_LEVEL: 'debug' })
    expect((await server.exit).code).to.equal(1)
    expect(server.logs.map(({ level }) => level)).to.deep.equal([60, 20])
    expect(JSON.stringify(server.logs[1])).to.include('stack').and.include('EADDRINUSE')
  })

  it('says it as well when it only migrates', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['src/migrate.ts'], {
      cwd: root,
      encoding: 'utf8',
      timeout: 50_000,
      env: { PATH: process.env['PATH'], DATA_DIR: '/proc/nope' },
    })
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' })
    expect(stderr).to.match(/^could not migrate: DATA_DIR cannot be used.*\n$/)
  })
})

onlyOnLinux('The log of the service', function () {
  this.timeout(60_000)
  afterEach(cleanUp)

  it('is lines for a person at a terminal', async () => {
    const env = { PATH: process.env['PATH'], TERM: 'xterm', NO_COLOR: '1', DATA_DIR: '/proc/nope', PORT: '0' }
    const command = `"${process.execPath}" src/start.mjs`
    const child = spawn('script', ['-qec', command, join(aDataFolder(), 'typescript')], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const written = await text(child.stdout)
    expect(written.trim()).to.match(/^\[\d\d:\d\d:\d\d\.\d{3}\] FATAL: could not start: DATA_DIR cannot be used.*$/)
  })
})
