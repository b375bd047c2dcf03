import { Link } from "@tanstack/react-router";
import { Page } from "./page.tsx";

export function NotFound() {
  return (
    <Page title="No such page">
      <p className="text-soft">
        This address leads nowhere.{" "}
        <Link to="/" className="text-accent underline underline-offset-2">
          Go home
        </Link>
      </p>
    </Page>
  );
}
