import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { isTroubled, isUndecided, Trouble } from "../trouble.tsx";
import { type ApiKey, useRevokeKey } from "./use-keys.ts";

const cell = "py-2 pr-4 align-baseline max-sm:p-0";

export function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { keyId, subject, role, createdAt, createdBy, revokedAt } = apiKey;
  const revoke = useRevokeKey(keyId);
  return (
    <>
      <tr
        data-key={keyId}
        className="border-line not-first:border-t max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-3 max-sm:px-3 max-sm:py-2.5"
      >
        <th scope="row" className={`${cell} pl-3 text-left font-normal`}>
          <span
            title={subject}
            className={`line-clamp-3 font-medium wrap-anywhere ${revokedAt ? "text-soft" : ""}`}
          >
            {subject}
          </span>
          <CopyId id={keyId} what="key id" />
        </th>
        <td className={`${cell} text-soft max-sm:text-right`}>{role}</td>
        <td className={`${cell} text-sm text-soft`}>
          <RelativeTime at={createdAt} />
          {createdBy && <span className="wrap-anywhere text-faint"> by {createdBy}</span>}
        </td>
        <td className={`${cell} text-sm max-sm:text-right`}>
          {revokedAt ? (
            <span className="text-faint">
              revoked <RelativeTime at={revokedAt} />
            </span>
          ) : (
            <span className="inline-flex items-center gap-1.5">
              <StateMark state="confirmed" size={13} />
              works
            </span>
          )}
        </td>
        <td className={`${cell} py-1 pr-3 text-right max-sm:col-span-full max-sm:pt-2`}>
          {!revokedAt && (
            <ConfirmDialog
              trigger={
                <Button inert={isUndecided(revoke)} aria-label={`Revoke the key of ${subject}`}>
                  {revoke.state.status === "pending" ? "Revoking" : "Revoke"}
                </Button>
              }
              title={`Revoke the key of ${subject}?`}
              keep="Keep it"
              confirm="Revoke it"
              onConfirm={() => void revoke.submit({ keyId }).catch(() => undefined)}
            >
              Every server refuses it within a minute, and it can’t be made to work again. Whatever still
              signs in with it needs another one first.
            </ConfirmDialog>
          )}
        </td>
      </tr>
      {isTroubled(revoke) && (
        <tr className="max-sm:block">
          <td colSpan={5} className="pb-3 max-sm:block">
            <Trouble intent={revoke} what={`Revoking the key of ${subject}`} />
          </td>
        </tr>
      )}
    </>
  );
}
