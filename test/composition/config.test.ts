import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig, Variables } from '../../src/config.ts'
import { tracesOf } from '../../src/config/traces.ts'
import { left, right } from '../fixtures.ts'
import { releasing } from '../releasing.ts'

describe('The configuration', () => {
  const hold = releasing()

  it('has a default for everything', () => {
    expect(right(readConfig({}))).to.deep.equal({
      HOST: '127.0.0.1',
      PORT: 8000,
      BASE_PATH: '',
      ALLOWED_HOSTS: [],
      CORS_ORIGINS: [],
      RATE_LIMIT: undefined,
      WORKERS: 1,
      CONSOLE: 'on',
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
      OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: undefined,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_TRACES_SAMPLER_ARG: '1',
      OTEL_SDK_DISABLED: 'false',
      auth: undefined,
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
      'DATABASE_URL must be a URL that begins with postgres:// or postgresql://, its parts percent-encoded',
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

  const url = 'postgresql://u:hunter2@host/db'
  for (const [environment, ...names] of [
    [{ REQUEST_TIMEOUT_MS: '5000' }, 'REQUEST_TIMEOUT_MS', 'HEADERS_TIMEOUT_MS'],
    [{ HEADERS_TIMEOUT_MS: '30001' }, 'REQUEST_TIMEOUT_MS', 'HEADERS_TIMEOUT_MS'],
    [{ STORAGE: 'memory', WORKERS: '2' }, 'STORAGE', 'WORKERS'],
    [{ STREAM_LIMIT: '3', WORKERS: '4' }, 'STREAM_LIMIT', 'WORKERS'],
    [{ STORAGE: 'memory', DATABASE_URL: url }, 'STORAGE', 'DATABASE_URL'],
    [{ STORAGE: 'memory', DATABASE_DIRECT_URL: url }, 'STORAGE', 'DATABASE_DIRECT_URL'],
    [{ DATABASE_DIRECT_URL: url }, 'DATABASE_DIRECT_URL', 'DATABASE_URL'],
    [{ DATABASE_POOLER: 'transaction' }, 'DATABASE_POOLER', 'DATABASE_URL'],
    [{ DATABASE_POOLER: 'transaction', STORAGE: 'memory' }, 'DATABASE_POOLER', 'DATABASE_URL'],
    [
      { DATABASE_POOLER: 'transaction', DATABASE_URL: url, DATABASE_DIRECT_URL: url },
      'DATABASE_DIRECT_URL',
      'DATABASE_URL',
    ],
  ] as const)
    it(`refuses, in one sentence that names both: ${Object.keys(environment).join(' with ')}`, () => {
      const errors = left(readConfig(environment))
      expect(errors).to.have.length(1)
      for (const name of names) expect(errors[0]).to.match(new RegExp(`\\b${name}\\b`))
      expect(errors[0])
        .to.match(/: (lower|raise|remove|set) /)
        .and.not.include('hunter2')
    })

  it('takes lists of hosts and of origins, each as a browser spells it', () => {
    const taken = {
      ALLOWED_HOSTS: 'chat.example.org, Localhost',
      CORS_ORIGINS: 'https://a.example,http://b.example:8080',
    }
    expect(right(readConfig(taken))).to.deep.include({
      ALLOWED_HOSTS: ['chat.example.org', 'Localhost'],
      CORS_ORIGINS: ['https://a.example', 'http://b.example:8080'],
    })
    for (const CORS_ORIGINS of ['*', 'capacitor://localhost', 'http://[::1]:3000'])
      expect(right(readConfig({ CORS_ORIGINS })).CORS_ORIGINS).to.deep.equal([CORS_ORIGINS])
    for (const CORS_ORIGINS of [
      'https://a.example/',
      'https://a.example/path',
      'https://A.example',
      'https://a.example:443',
      'https://me@a.example',
      'https://*.example',
      'a.example',
      'null',
      'https://a.example,',
      'https://a.example https://b.example',
    ])
      expect(left(readConfig({ CORS_ORIGINS })), CORS_ORIGINS).to.deep.equal([
        'CORS_ORIGINS must be *, or origins between commas as browsers spell them, such as https://chat.example.org',
      ])
    for (const ALLOWED_HOSTS of ['https://a.example', 'a.example:8000', 'a.example/', '.example', ',', '*'])
      expect(left(readConfig({ ALLOWED_HOSTS })), ALLOWED_HOSTS).to.deep.equal([
        'ALLOWED_HOSTS must be names of hosts between commas, without ports, such as chat.example.org',
      ])
    expect(left(readConfig({ RATE_LIMIT: '0' }))).to.deep.equal(['RATE_LIMIT must be a whole number from 1 to 1000000'])
  })

  it('takes a path to serve below, as it stands in URLs', () => {
    for (const BASE_PATH of ['', '/chat', '/team/chat', '/v1.0/~chat_-', '/...'])
      expect(right(readConfig({ BASE_PATH })).BASE_PATH).to.equal(BASE_PATH)
    for (const BASE_PATH of [
      '/',
      'chat',
      '/chat/',
      '//chat',
      '/a//b',
      '/./chat',
      '/a/..',
      '/ch%61t',
      '/a b',
      '/чат',
      '/a?b',
    ])
      expect(left(readConfig({ BASE_PATH })), BASE_PATH).to.deep.equal([
        'BASE_PATH must be a path such as /chat, which begins with / and does not end with it, of letters, digits and -._~ alone',
      ])
  })

  it('takes workers by number, or as many as there are processors', () => {
    expect(right(readConfig({ WORKERS: 'auto' })).WORKERS).to.equal(availableParallelism())
    expect(right(readConfig({ WORKERS: '256', STREAM_LIMIT: '0' })).WORKERS).to.equal(256)
    expect(right(readConfig({ WORKERS: '1', STORAGE: 'memory' })).WORKERS).to.equal(1)
    for (const wrong of ['0', '257', '-1', '2.5', 'all', '1e2'])
      expect(left(readConfig({ WORKERS: wrong }))).to.deep.equal([
        'WORKERS must be auto, or a whole number from 1 to 256',
      ])
  })

  it('refuses a URL that the driver could not decode', () => {
    for (const url of ['postgres://u:100%@host/db', 'postgres://%zz@host/db', 'postgres://host/%ff'])
      expect(left(readConfig({ DATABASE_URL: url }))[0]).to.match(/^DATABASE_URL must be a URL.*percent-encoded$/)
    expect(right(readConfig({ DATABASE_URL: 'postgres://u:100%25@host/db' })).DATABASE_URL).to.include('100%25')
  })

  it('takes a pooler with and without a way past it, and a direct URL beside a pooler that keeps sessions', () => {
    const other = 'postgresql://other/db'
    for (const environment of [
      { DATABASE_URL: url, DATABASE_POOLER: 'transaction' },
      { DATABASE_URL: url, DATABASE_POOLER: 'transaction', DATABASE_DIRECT_URL: other },
      { DATABASE_URL: url, DATABASE_DIRECT_URL: other },
      { REQUEST_TIMEOUT_MS: '10000' },
    ])
      right(readConfig(environment))
  })

  it('takes the standard variables of OpenTelemetry, and looks at most of them only when there are traces', () => {
    const asked = (environment: Record<string, string>) => tracesOf(right(readConfig(environment)))
    const all = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
    expect(asked({})).to.equal(undefined)
    expect(asked(all)).to.deep.equal({
      url: 'http://collector:4318/v1/traces',
      sampler: 'parentbased_always_on',
      ratio: 1,
    })
    expect(asked({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp/' })?.url).to.equal(
      'https://collector/otlp/v1/traces',
    )
    expect(asked({ ...all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces/in' })?.url).to.equal(
      'https://traces/in',
    )
    expect(asked({ ...all, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' })).to.deep.include({
      sampler: 'traceidratio',
      ratio: 0.25,
    })
    const wrong = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'xray',
      OTEL_TRACES_SAMPLER_ARG: 'endpoint=x',
    }
    expect(asked(wrong)).to.equal(undefined)
    expect(asked({ ...all, ...wrong, OTEL_SDK_DISABLED: 'true' })).to.equal(undefined)
    expect(left(readConfig({ ...all, ...wrong }))).to.deep.equal([
      'OTEL_EXPORTER_OTLP_PROTOCOL must be http/json, the one that is spoken here: correct it, and the port of the endpoint',
      'OTEL_TRACES_SAMPLER must be one of parentbased_always_on, parentbased_always_off, parentbased_traceidratio, always_on, always_off, traceidratio',
      'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1',
    ])
    for (const endpoint of ['collector:4318', 'grpc://collector:4317', 'http://', 'collector'])
      expect(left(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })), endpoint).to.deep.equal([
        'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that begins with http:// or https://',
      ])
  })

  it('is documented in README and .env.example, variable by variable', () => {
    const names = Object.keys(Variables.props).toSorted()
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(Array.from(example.matchAll(/^#? ?([A-Z_]+)=/gm), ([, name]) => name).toSorted()).to.deep.equal(names)
    expect(Array.from(readme.matchAll(/^\| `([A-Z_]+)` +\|/gm), ([, name]) => name).toSorted()).to.deep.equal(names)
  })
})
