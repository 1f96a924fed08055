import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig, Variables } from '../../src/config.ts'
import { left, right } from '../fixtures.ts'
import { releasing } from '../releasing.ts'

describe('The configuration', () => {
  const hold = releasing()

  it('has a default for everything', () => {
    expect(right(readConfig({}))).to.deep.equal({
      HOST: '0.0.0.0',
      PORT: 8000,
      STORAGE: 'postgres',
      DATABASE_URL: undefined,
      DATABASE_POOLER: 'none',
      DATABASE_DIRECT_URL: undefined,
      DATABASE_POOL_SIZE: 10,
      DATA_DIR: './data',
      LOG_LEVEL: 'info',
      HEADERS_TIMEOUT_MS: 10_000,
      REQUEST_TIMEOUT_MS: 30_000,
      KEEP_ALIVE_TIMEOUT_MS: 65_000,
      ANSWER_STALL_TIMEOUT_MS: 30_000,
      STREAM_LIMIT: 10_000,
      STREAM_STALL_TIMEOUT_MS: 30_000,
      SHUTDOWN_DELAY_MS: 0,
      SHUTDOWN_TIMEOUT_MS: 10_000,
    })
    expect(right(readConfig({ PORT: '', LOG_LEVEL: '' }))).to.include({ PORT: 8000, LOG_LEVEL: 'info' })
  })

  it('lists every error at once, each with its variable and its rule, and repeats no value', () => {
    const errors = left(
      readConfig({
        PORT: '70000',
        STORAGE: 'disk',
        DATABASE_URL: 'mysql://user:hunter2@x/y',
        LOG_LEVEL: 'loud',
        DATABASE_POOL_SIZE: '1e2',
      }),
    )
    expect(errors).to.deep.equal([
      'PORT must be a whole number from 0 to 65535',
      'STORAGE must be one of postgres, memory',
      'DATABASE_URL must be a URL that begins with postgres:// or postgresql://',
      'DATABASE_POOL_SIZE must be a whole number from 1 to 500',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
    ])
  })

  it('reads the database URL from a file, when only that is given', () => {
    const folder = hold(mkdtempSync(join(tmpdir(), 'messenger-test-config-')), (path) =>
      rmSync(path, { recursive: true }),
    )
    const file = join(folder, 'url')
    writeFileSync(file, 'postgresql://u:p@host/db\n')
    expect(right(readConfig({ DATABASE_URL_FILE: file })).DATABASE_URL).to.equal('postgresql://u:p@host/db')
    expect(left(readConfig({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgres://x' }))[0]).to.match(
      /must not both be set/,
    )
    expect(left(readConfig({ DATABASE_URL_FILE: join(folder, 'none') }))[0]).to.match(/must name a file/)
  })

  it('is documented in README and .env.example, variable by variable', () => {
    const names = Object.keys(Variables.props).toSorted()
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(Array.from(example.matchAll(/^#? ?([A-Z_]+)=/gm), ([, name]) => name).toSorted()).to.deep.equal(names)
    expect(Array.from(readme.matchAll(/^\| `([A-Z_]+)` +\|/gm), ([, name]) => name).toSorted()).to.deep.equal(names)
  })
})
