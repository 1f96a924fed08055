import { ContainerModule } from 'inversify'
import { createKey } from '../application/keys/create-key.ts'
import { listKeys } from '../application/keys/list-keys.ts'
import { revokeKey } from '../application/keys/revoke-key.ts'
import { cryptoSecrets } from '../infrastructure/crypto/secrets.ts'
import { keyEndpoints } from '../interfaces/http/keys/keys.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { clock, contract, keys, roomEndpoints, secrets } = names

export const keysModule = new ContainerModule(({ bind }) => {
  bind(secrets).toConstantValue(cryptoSecrets)
  bindFrom(bind, roomEndpoints, { contract, keys, secrets, clock }, ({ contract, keys, secrets, clock }) =>
    keyEndpoints(contract, {
      createKey: createKey(keys, secrets, clock),
      listKeys: listKeys(keys),
      revokeKey: revokeKey(keys),
    }),
  )
})
