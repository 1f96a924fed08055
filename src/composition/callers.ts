import { ContainerModule } from 'inversify'
import { entranceOf } from '../interfaces/http/callers/entrance.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { authenticator, entrance, entranceSettings } = names

export const callersModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, entrance, { authenticator, entranceSettings }, ({ authenticator, entranceSettings }) =>
    entranceOf(authenticator, entranceSettings),
  )
})
