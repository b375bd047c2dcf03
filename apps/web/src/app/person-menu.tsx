import { lazy, Suspense, useState } from "react";
import { PersonButton } from "./person-button.tsx";

const load = () => import("./person-popup.tsx");
const PersonPopup = lazy(async () => ({ default: (await load()).PersonPopup }));

/** Who is signed in, how the page looks, and the way out. The menu itself is no part of the first load. */
export function PersonMenu({ compact = false }: { compact?: boolean }) {
  const [wanted, setWanted] = useState(false);
  const button = (
    <PersonButton
      compact={compact}
      aria-expanded={false}
      onPointerEnter={load}
      onFocus={load}
      onClick={() => setWanted(true)}
    />
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <PersonPopup compact={compact} />
    </Suspense>
  );
}
