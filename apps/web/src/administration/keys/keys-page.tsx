import { Button } from "../../ui/button.tsx";
import { Administration } from "../administration.tsx";
import { headClass } from "../looks.ts";
import { Nothing, Unread } from "../unread.tsx";
import { KeyRow } from "./key-row.tsx";
import { NewKey } from "./new-key.tsx";
import { useKeys } from "./use-keys.ts";

/** The API keys of the tenant. */
export function KeysPage() {
  const { data, error, isFetching, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useKeys();
  return (
    <Administration
      part="API keys"
      about="What signs in without a person. A key is told once, when it is made, and works until it is revoked."
      form={<NewKey />}
    >
      {!data && <Unread what="API keys" error={error} busy={isFetching} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <Nothing title="No API keys yet">
          Give each service one of its own, so that it can be revoked alone.
        </Nothing>
      )}
      {data && data.length > 0 && (
        <table className="w-full table-fixed border-collapse max-sm:block max-sm:*:block">
          <caption className="sr-only">API keys</caption>
          <thead className="text-sm max-sm:sr-only">
            <tr>
              <th scope="col" className={`${headClass} pl-3`}>
                Bearer
              </th>
              <th scope="col" className={`${headClass} w-20`}>
                Role
              </th>
              <th scope="col" className={`${headClass} w-[30%]`}>
                Made
              </th>
              <th scope="col" className={`${headClass} w-40`}>
                State
              </th>
              <th scope="col" className={`${headClass} w-24`}>
                <span className="sr-only">Revoke</span>
              </th>
            </tr>
          </thead>
          <tbody className="border-y border-line">
            {data.map((key) => (
              <KeyRow key={key.keyId} apiKey={key} />
            ))}
          </tbody>
        </table>
      )}
      {hasNextPage && (
        <div>
          <Button inert={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? "Reading" : "Show older ones"}
          </Button>
        </div>
      )}
    </Administration>
  );
}
