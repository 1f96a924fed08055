/** How clients name the last event that they have. */
interface Resuming<Place> {
  readonly query: { readonly after: Place | undefined; readonly lastEventId: Place | undefined }
  readonly headers: { readonly 'last-event-id': Place | undefined }
}

/**
 * Polyfills of EventSource put the header into the query, for they cannot send it to another origin. The `after` beside
 * either is the one that the client began with.
 */
export const placeIn = <Place>({ query, headers }: Resuming<Place>): Place | undefined =>
  headers['last-event-id'] ?? query.lastEventId ?? query.after
