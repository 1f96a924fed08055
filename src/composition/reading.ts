import { ContainerModule } from 'inversify'
import { getInbox } from '../application/reading/get-inbox.ts'
import { getReadMarker } from '../application/reading/get-read-marker.ts'
import { getUnread } from '../application/reading/get-unread.ts'
import { moveReadMarker } from '../application/reading/move-read-marker.ts'
import { readingEndpoints } from '../interfaces/http/reading/reading.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { contract, inboxes, markers, roomEndpoints, signals } = names

export const readingModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, roomEndpoints, { contract, inboxes, markers, signals }, ({ contract, inboxes, markers, signals }) =>
    readingEndpoints(contract, {
      getReadMarker: getReadMarker(markers),
      moveReadMarker: moveReadMarker(markers, signals),
      getInbox: getInbox(inboxes),
      getUnread: getUnread(inboxes),
    }),
  )
})
