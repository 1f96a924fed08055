import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Markers } from '../../application/ports/markers.ts'

const unavailable = () => TE.left({ kind: 'Unavailable' as const, cause: new Error('not there yet') })

export const postgresMarkers = (): Markers => ({ decide: unavailable })
