import { conformance } from '../../src/conformance/index.ts'
import type { Messenger } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { aConfig, served } from '../served.ts'
import { aSpreadDatabase, clusterUrl } from './cluster.ts'

const ROOT_KEY = 'the-root-key-of-the-conformance-suite'

describe('Conformance of the service on a cluster', () => {
  let messenger: Messenger
  before(async () => {
    await (await aSpreadDatabase()).close()
    const storage = await openStorage(aConfig({ DATABASE_URL: clusterUrl() }), () => {})
    messenger = await served(storage, { AUTH_ROOT_KEY: ROOT_KEY })
  })
  after(() => messenger.stop())
  conformance({ baseUrl: () => messenger.url, token: ROOT_KEY, describe, it })
})
