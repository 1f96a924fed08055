import { expect } from 'chai'
import { isJsonInUtf8, preferred } from '../../src/interfaces/http/endpoint/media-types.ts'
import { createMessenger } from '../../src/testing/index.ts'

const JSON_ALONE = ['application/json']
const METRICS = ['text/plain']
const STREAM = ['text/event-stream']
const EITHER = ['application/json', 'text/html']

type Row = readonly [accept: string | undefined, types: readonly string[], chosen: string | undefined]

const tables: Readonly<Record<string, readonly Row[]>> = {
  'takes the very type that is sent, however it is written': [
    ['application/json', JSON_ALONE, 'application/json'],
    ['application/json; charset=utf-8', JSON_ALONE, 'application/json'],
    ['application/json;charset=UTF-8', JSON_ALONE, 'application/json'],
    ['application/json; charset="utf-8"', JSON_ALONE, 'application/json'],
    ['application/json; charset=utf8', JSON_ALONE, 'application/json'],
    ['Application/JSON ; Charset=Utf-8', JSON_ALONE, 'application/json'],
    ['text/event-stream; charset=utf-8', STREAM, 'text/event-stream'],
    ['text/event-stream, */*;q=0.1', STREAM, 'text/event-stream'],
    ['text/html; charset=utf-8', ['text/html'], 'text/html'],
    ['image/svg+xml, */*;q=0.1', ['image/svg+xml'], 'image/svg+xml'],
  ],
  'takes what clients and libraries send': [
    // axios, Postman, PowerShell, Angular, ASP.NET, OData, Spring, Ruby, an old Java, GitHub's way to name a version.
    ['application/json, text/plain, */*', JSON_ALONE, 'application/json'],
    ['*/*', JSON_ALONE, 'application/json'],
    ['application/json;odata=verbose', JSON_ALONE, 'application/json'],
    ['application/json;odata.metadata=minimal;odata.streaming=true', JSON_ALONE, 'application/json'],
    ['application/json; indent=4', JSON_ALONE, 'application/json'],
    ['application/json;version=1, application/xml;q=0.5', JSON_ALONE, 'application/json'],
    ['application/json; profile="https://example.com/a,b;q=0"', JSON_ALONE, 'application/json'],
    ['application/json, application/*+json', JSON_ALONE, 'application/json'],
    ['*/*;q=0.8', JSON_ALONE, 'application/json'],
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', JSON_ALONE, 'application/json'],
    ['application/vnd.messenger+json;version=1, application/*;q=0.1', JSON_ALONE, 'application/json'],
  ],
  'takes what collects metrics': [
    // Telegraf, old and new; Prometheus 2 and 3; the agents of Azure Monitor, Datadog and VictoriaMetrics.
    ['text/plain;version=0.0.4;q=1,*/*;q=0.1', METRICS, 'text/plain'],
    [
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3',
      METRICS,
      'text/plain',
    ],
    [
      'application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      METRICS,
      'text/plain',
    ],
    ['application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5', METRICS, 'text/plain'],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,*/*;q=0.2',
      METRICS,
      'text/plain',
    ],
    [
      'application/openmetrics-text; version=1.0.0; charset=utf-8,text/plain; version=0.0.4; charset=utf-8',
      METRICS,
      'text/plain',
    ],
    ['text/plain; version=0.0.4; charset=utf-8', METRICS, 'text/plain'],
    ['text/plain;version=0.0.4', METRICS, 'text/plain'],
    ['text/plain', METRICS, 'text/plain'],
  ],
  'takes anything when nothing is named': [
    [undefined, JSON_ALONE, 'application/json'],
    ['', JSON_ALONE, 'application/json'],
    [' , ', JSON_ALONE, 'application/json'],
  ],
  'refuses what excludes all that is sent': [
    ['text/html', JSON_ALONE, undefined],
    ['image/*', JSON_ALONE, undefined],
    ['application/problem+json', JSON_ALONE, undefined],
    ['application/jsonx', JSON_ALONE, undefined],
    ['json', JSON_ALONE, undefined],
    ['application/json;q=0', JSON_ALONE, undefined],
    ['application/json;q=0.000, */*', JSON_ALONE, undefined],
    ['application/json;charset=utf-8;q=0, text/html', JSON_ALONE, undefined],
    ['application/json; charset=utf-16', JSON_ALONE, undefined],
    ['application/openmetrics-text;version=1.0.0', METRICS, undefined],
    ['"application/json', JSON_ALONE, undefined],
  ],
  'goes by the most specific range, then by its weight, then by what is offered first': [
    ['application/json;version=2;q=0, */*', JSON_ALONE, 'application/json'],
    ['application/json;charset=utf-16;q=0, */*', JSON_ALONE, 'application/json'],
    ['application/*;q=0, application/json', JSON_ALONE, 'application/json'],
    ['application/json;q=high', JSON_ALONE, 'application/json'],
    ['*/*', EITHER, 'application/json'],
    ['application/*;q=0.5, text/*;q=0.4', EITHER, 'application/json'],
    ['application/json;q=0.4, text/html', EITHER, 'text/html'],
    ['text/html, application/json', EITHER, 'application/json'],
    // Firefox, Chrome, Safari.
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', EITHER, 'text/html'],
    [
      'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
      EITHER,
      'text/html',
    ],
  ],
}

describe('An Accept header', () => {
  for (const [title, rows] of Object.entries(tables))
    it(title, () => {
      for (const [accept, types, chosen] of rows) expect(preferred(accept, types), accept).to.equal(chosen)
    })
})

/** Content types, and whether they say JSON in UTF-8. */
const contentTypes: Readonly<Record<string, boolean>> = {
  'application/json': true,
  'Application/JSON': true,
  'application/json; charset=utf-8': true,
  'application/json;charset=utf8': true,
  'application/json; charset="UTF-8"': true,
  'application/json; charset=us-ascii': true,
  'application/json ;': true,
  'application/json;': true,
  'application/json; charset=utf-8;': true,
  'application/json; charset=': true,
  'application/json; odata=verbose': true,
  'application/json; profile="a;charset=utf-16"; charset=utf-8': true,
  'application/json; charset=utf-16': false,
  'application/json; charset="utf-16le"': false,
  'application/json; charset=latin1': false,
  'application/json; charset=utf-8; charset=utf-16': false,
  'application/json; v=1; CHARSET=ISO-8859-1': false,
  'application/json, application/json': false,
  'application/merge-patch+json': false,
  'application/jsonx': false,
  'text/json': false,
  '"application/json"': false,
  '': false,
}

describe('A Content-Type', () => {
  it('may differ harmlessly from the one that is documented, and no further', () => {
    for (const [type, isJson] of Object.entries(contentTypes)) expect(isJsonInUtf8(type), type).to.equal(isJson)
  })

  it('is read the same when a request bears it', async () => {
    const messenger = createMessenger()
    for (const [type, isJson] of Object.entries(contentTypes)) {
      const body = Buffer.from('{"title":"x"}')
      const headers = { accept: 'application/json; charset=utf-8', 'content-type': type }
      const { status } = await messenger.fetch('/chats/', { method: 'POST', body, headers })
      expect(status, type).to.equal(isJson ? 201 : 415)
    }
    const scraped = await messenger.fetch('/metrics', { headers: { accept: 'text/plain;version=0.0.4' } })
    expect(scraped.status).to.equal(200)
    await messenger.close()
  })
})
