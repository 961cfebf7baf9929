package stack

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"
)

// startTimeout bounds the wait for a server that has said it is running.
const startTimeout = 60 * time.Second

// prepareNamespace waits until the namespace answers and gives it its retention and missing search attributes: a new
// one is kept for a day only, and an old database knows only the attributes of its time.
func prepareNamespace(ctx context.Context, address string, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	c, err := client.NewLazyClient(client.Options{HostPort: address, Namespace: o.Namespace, Logger: log.NewStructuredLogger(o.Log)})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := until(ctx, func() error { return list(ctx, c, o.Namespace, "") }); err != nil {
		return fmt.Errorf("wait for the server: %w", err)
	}
	if err := setRetention(ctx, c, o); err != nil {
		return fmt.Errorf("set retention: %w", err)
	}
	return addSearchAttributes(ctx, c, o)
}

func setRetention(ctx context.Context, c client.Client, o Options) error {
	_, err := c.WorkflowService().UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: o.Namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(o.Retention)},
	})
	return err
}

func addSearchAttributes(ctx context.Context, c client.Client, o Options) error {
	known, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: o.Namespace})
	if err != nil {
		return fmt.Errorf("list search attributes: %w", err)
	}
	missing := map[string]enumspb.IndexedValueType{}
	for _, name := range slices.Sorted(maps.Keys(o.SearchAttributes)) {
		want := o.SearchAttributes[name]
		switch is, ok := known.GetCustomAttributes()[name]; {
		case !ok:
			missing[name] = want
		case is != want:
			return fmt.Errorf("search attribute %s is of type %s in this database, not %s: "+
				"move the database away, or choose another directory with --data", name, is, want)
		}
	}
	if len(missing) > 0 {
		_, err := c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
			Namespace: o.Namespace, SearchAttributes: missing,
		})
		if err != nil {
			return fmt.Errorf("add search attributes: %w", err)
		}
	}
	return waitForAttributes(ctx, c, o)
}

// waitForAttributes returns when lists can be filtered by the attributes: the server learns new ones with a delay.
func waitForAttributes(ctx context.Context, c client.Client, o Options) error {
	for _, name := range slices.Sorted(maps.Keys(o.SearchAttributes)) {
		err := until(ctx, func() error { return list(ctx, c, o.Namespace, name+" IS NOT NULL") })
		if err != nil {
			return fmt.Errorf("wait for search attribute %s: %w", name, err)
		}
	}
	return nil
}

func list(ctx context.Context, c client.Client, namespace, query string) error {
	_, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: namespace, PageSize: 1, Query: query})
	return err
}

// until calls try, about fifty times a second, until it succeeds. When ctx ends it returns what was wrong last.
func until(ctx context.Context, try func() error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (given up: %w)", err, context.Cause(ctx))
		case <-tick.C:
		}
	}
}
