import { join } from 'node:path'
import { expect } from 'chai'
import { aChatOn } from '../client.ts'
import { postmasterOn } from '../postmaster.ts'
import { cleanUp, onlyOnLinux, postgresOn, start } from './server-process.ts'

/** What somebody has set who works with another PostgreSQL, a locale of their own, and a library that is preloaded. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  PGHOST: 'db.example.test',
  PGHOSTADDR: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'somebody',
  PGDATABASE: 'else',
  PGPASSWORD: 'hunter2',
  PGPASSFILE: '/nowhere/pgpass',
  PGSERVICE: 'nowhere',
  PGSERVICEFILE: '/nowhere/service',
  PGOPTIONS: '-c default_transaction_read_only=on',
  PGAPPNAME: 'somebody',
  PGDATA: '/nowhere/data',
  PGTZ: 'Mars/Olympus',
  PGDATESTYLE: 'German',
  PGCLIENTENCODING: 'KOI8R',
  PGCLIENT_ENCODING: 'KOI8R',
  PGCONNECT_TIMEOUT: '1',
  PGBINARY: '1',
  PGREPLICATION: 'database',
  PGSSLCERT: '/nowhere/certificate',
  PGSSLROOTCERT: '/nowhere/root',
  PGSSLKEY: '/nowhere/key',
  PGSYSCONFDIR: '/nowhere',
  PGLOCALEDIR: '/nowhere',
  PGREQUIREAUTH: 'scram-sha-256',
  PGTARGETSESSIONATTRS: 'standby',
  PG_COLOR: 'always',
  LANG: 'xx_XX.UTF-8',
  LC_ALL: 'xx_XX.UTF-8',
  LC_COLLATE: 'xx_XX.UTF-8',
  LC_MESSAGES: 'de_DE.UTF-8',
  TZ: 'Mars/Olympus',
}

onlyOnLinux('The embedded PostgreSQL, in the environment of somebody who works with another server,', function () {
  this.timeout(60_000)
  afterEach(cleanUp)

  for (const [what, tls] of [
    ['and demands TLS of it', { PGSSLMODE: 'verify-full' }],
    ['and begins with TLS at once', { PGSSLMODE: 'disable', PGSSLNEGOTIATION: 'direct' }],
    ['and has mistyped something', { PGSSLNEGOTIATION: 'sometimes' }],
  ] as const)
    it(`starts, serves, is started again, and stops (${what})`, async () => {
      const server = start({ ...ELSEWHERE, ...tls })
      const client = await server.listening()
      const chat = await aChatOn(client)
      expect((await client.post(`${chat}/messages/`, { text: 'Здравствуй' })).status).to.equal(201)
      process.kill(postmasterOn(join(server.dataDir, 'postgres'))?.pid ?? 0, 'SIGKILL')
      await server.logged(/^embedded PostgreSQL started again/)
      server.kill('SIGTERM')
      expect(await server.exit).to.deep.equal({ code: 0, signal: null, stderr: '' })
      expect(postgresOn(server.dataDir)).to.deep.equal([])
    })
})
