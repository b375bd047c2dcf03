import type { ReserveInput, Show } from "@holdfast/react";
import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { MAX_CHOSEN } from "../choice.ts";
import { categoryName, priceOf, seatCount } from "../words.ts";

type Best = NonNullable<ReserveInput["bestAvailable"]>;
const ANY = "any";

interface BestAvailableProps {
  show: Show;
  inert: boolean;
  onReserve: (best: Best) => void;
}

/** Holds the best seats side by side without looking for them on the map. */
export function BestAvailable({ show, inert, onReserve }: BestAvailableProps) {
  const [quantity, setQuantity] = useState("2");
  const [section, setSection] = useState(ANY);
  const [category, setCategory] = useState(ANY);
  const [checked, setChecked] = useState(false);
  const count = /^\d{1,2}$/.test(quantity.trim()) ? Number(quantity) : 0;
  const problem = count < 1 || count > MAX_CHOSEN ? `A number from 1 to ${MAX_CHOSEN}` : undefined;

  function submit(event: FormEvent): void {
    event.preventDefault();
    setChecked(true);
    if (inert || problem) return;
    onReserve({
      quantity: count,
      ...(section !== ANY && { section }),
      ...(category !== ANY && { category }),
    });
  }
  return (
    <form
      noValidate
      onSubmit={submit}
      aria-label="Best available"
      className="grid grid-cols-[4.5rem_1fr] items-start gap-3"
    >
      <Field label="Seats" error={checked ? problem : undefined}>
        {(control) => (
          <TextInput
            {...control}
            inputMode="numeric"
            maxLength={2}
            value={quantity}
            onChange={(event) => setQuantity(event.target.value)}
            className="figures text-right"
          />
        )}
      </Field>
      <Field label="Section">
        {(control) => (
          <Select
            {...control}
            value={section}
            placeholder="Any"
            onChange={setSection}
            options={[
              { value: ANY, label: "Any section" },
              ...show.layout.sections.map(({ id, name }) => ({ value: id, label: name ?? id })),
            ]}
          />
        )}
      </Field>
      <div className="col-span-full">
        <Field label="Category">
          {(control) => (
            <Select
              {...control}
              value={category}
              placeholder="Any"
              onChange={setCategory}
              options={[
                { value: ANY, label: "Any category" },
                ...show.layout.categories.map((one) => ({
                  value: one.id,
                  label: categoryName(one),
                  detail: priceOf(one.price, show.currency),
                })),
              ]}
            />
          )}
        </Field>
      </div>
      <Button type="submit" inert={inert} className="col-span-full">
        Hold the best {count > 0 && !problem ? seatCount(count) : "seats"}
      </Button>
    </form>
  );
}
