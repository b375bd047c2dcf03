import { Page } from "../app/page.tsx";
import { OperationSearch } from "./operation-search.tsx";
import { OperationStory } from "./operation-story.tsx";
import { VerifyPanel } from "./verify-panel.tsx";

/** What became of one command; and, for admins, whether everything that was written still agrees. */
export function OperationsPage({ asked }: { asked: string | undefined }) {
  return (
    <Page title="Operations">
      <div className="grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <OperationSearch key={asked} asked={asked} />
          <OperationStory asked={asked} />
        </div>
        <VerifyPanel />
      </div>
    </Page>
  );
}
