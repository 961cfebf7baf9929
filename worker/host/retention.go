package host

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"hikeshi/workflows/settings"
)

// leastRetention is how long ended runs must be kept: a case leaves ended runs behind while it is open, and a seal that is
// stuck must find them when it goes on.
const leastRetention = 7 * 24 * time.Hour

// checkRetention refuses to work in a namespace that forgets runs before they are surely sealed, unless the
// configuration allows it. What cannot be asked is a warning.
func checkRetention(ctx context.Context, c client.Client, namespace string, cfg *settings.Config, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, accessTime)
	defer cancel()
	described, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	if err != nil {
		log.Warn("nobody knows how long Temporal keeps ended runs: it must be seven days at least", "namespace", namespace, "cause", err)
		return nil
	}
	kept := described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration()
	if kept >= leastRetention {
		return nil
	}
	if cfg.Audit.ShortRetention {
		log.Warn("Temporal keeps ended runs for less than seven days: a seal that is stuck for longer loses them", "namespace", namespace, "kept", kept)
		return nil
	}
	return fmt.Errorf("namespace %s keeps ended runs for %s only, less than %s: a seal that is stuck for longer would lose what it has to seal: "+
		"run `temporal operator namespace update --retention 720h -n %s`, or set audit.short_retention", namespace, kept, leastRetention, namespace)
}
